"""Read `sentences.yaml` aloud: an Opus file a sentence, and `manifest.jsonl`.

    python -m data.material.functionality.make --voices FOLDER

It runs in the environment of `data/synthesis` (see its README.md), from the top of the checkout.
What is there already and was made of the same words is kept.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from data.synthesis.errors import SynthesisError
from data.synthesis.kokoro import kokoro
from data.synthesis.opus import write_opus
from data.synthesis.script import Script, Turn
from data.synthesis.timeline import lay_out

FOLDER = Path(__file__).parent
BIT_RATE = 24_000


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is said by which voice, and how one tells whether it was understood."""

    id: str
    kind: str
    voice: str
    text: str
    must_contain: tuple[str, ...]
    must_not_contain: tuple[str, ...]


def sentences(document: dict[str, Any]) -> Iterator[Sentence]:
    """In the order of the file; voices take turns over all of them."""
    turn = 0
    for kind, entries in document["kinds"].items():
        for number, entry in enumerate(entries, start=1):
            voice = document["voices"][turn % len(document["voices"])]
            turn += 1
            yield Sentence(
                id=f"{kind}-{number:02}",
                kind=kind,
                voice=voice,
                text=entry["say"],
                must_contain=tuple(entry["contain"]),
                must_not_contain=tuple(entry.get("not", ())),
            )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--voices", type=Path, required=True, help="voices of kokoro-js (*.bin)")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    document = yaml.safe_load((FOLDER / "sentences.yaml").read_text(encoding="utf-8"))
    wanted = list(sentences(document))
    try:
        rows = list(_rows(wanted, options.voices, options.threads))
    except SynthesisError as problem:
        print(f"functionality: {problem}", file=sys.stderr)
        return 2
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    (FOLDER / "manifest.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(rows)} sentences, {sum(row['duration_s'] for row in rows):.0f} s")
    return 0


def _rows(wanted: list[Sentence], voices: Path, threads: int) -> Iterator[dict[str, Any]]:
    """One a sentence, in the form of every corpus. What need not be spoken again is not."""
    known = {row["id"]: row for row in _manifest()}
    with kokoro(sorted({each.voice for each in wanted}), voices, threads) as speak:
        for each in wanted:
            row = known.get(each.id)
            path = FOLDER / "audio" / f"{each.id}.opus"
            said = row is not None and (row["text"], row["voice"]) == (each.text, each.voice)
            if row is None or not said or not path.is_file():
                path.parent.mkdir(exist_ok=True)
                turn = Turn("speaker", each.voice, each.text, each.text, 0.0, 1.0)
                script = Script(each.id, (turn,), lead_in_s=0.4, lead_out_s=0.4, seed=0)
                written = write_opus(path, lay_out(script, speak).samples, BIT_RATE)
                row = {"duration_s": round(written.duration_s, 3), "sha256": written.sha256}
            yield {
                "id": each.id,
                "audio": f"audio/{path.name}",
                "duration_s": row["duration_s"],
                "text": each.text,
                "split": "test",
                "speaker": each.voice,
                "voice": each.voice,
                "kind": each.kind,
                "must_contain": each.must_contain,
                "must_not_contain": each.must_not_contain,
                "synthetic": True,
                "sha256": row["sha256"],
                "licence": "generated for Lectern (Kokoro-82M, Apache-2.0)",
                "source": "data/material/functionality/sentences.yaml",
            }


def _manifest() -> list[dict[str, Any]]:
    path = FOLDER / "manifest.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []


if __name__ == "__main__":
    sys.exit(main())
