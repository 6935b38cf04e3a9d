"""The command: ``python -m data.synthesis.sentences LIST OUT --split train`` reads them aloud.

OUT becomes a corpus: audio/*.opus and manifest.jsonl, a clip for each sentence and voice. What
has been made before is taken from the cache, so it can be stopped at any time; a changed sentence
makes only its own clips anew.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TextIO

from data.synthesis import kokoro, piper
from data.synthesis.casting import Cast, cast, casts
from data.synthesis.clips import Shelf, make, shelf, synthesiser
from data.synthesis.errors import SynthesisError
from data.synthesis.manifest import ACCENTS, GENDERS
from data.synthesis.reading_list import Reading, readings, respellings, sentences

_EVERY_S = 2.0


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        synthesise(options)
    except SynthesisError as problem:
        print(f"data.synthesis.sentences: {problem}", file=sys.stderr)
        return 2
    except OSError as problem:
        print(f"data.synthesis.sentences: cannot be written: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped. The clips made so far are kept; run it again to go on.", file=sys.stderr)
        return 130
    return 0


def synthesise(options: argparse.Namespace) -> None:
    """Make what is missing, then write the corpus.

    Raises:
        SynthesisError: the list is wrong (found before any speech is made), or a tool is missing.
    """
    chosen = cast(options.split)
    respelled = respellings(options.pronounce) if options.pronounce else {}
    listed = sentences(options.list)
    wanted = readings(
        listed, respelled, chosen, options.name or options.split, options.seed, options.times
    )
    kept = shelf(options.cache, options.bit_rate, sorted(chosen.voices))
    missing = [reading.turn for reading in wanted if kept.find(reading.turn) is None]
    print(f"{len(wanted)} clips, {len(missing)} of them to be made", flush=True)
    if missing:
        make(missing, kept, options.processes, reporter(len(missing), sys.stdout))
    rows = write(options.out, wanted, kept, chosen, _source(options.list))
    minutes = sum(row["duration_s"] for row in rows) / 60
    print(f"{len(rows)} clips, {minutes:.1f} minutes of speech")


def write(
    out: Path, wanted: Sequence[Reading], kept: Shelf, chosen: Cast, source: str
) -> list[dict[str, Any]]:
    """Audio first, then the manifest, then what an earlier manifest named and this one does not."""
    (out / "audio").mkdir(parents=True, exist_ok=True)
    manifest = out / "manifest.jsonl"
    before = manifest.read_text(encoding="utf-8") if manifest.is_file() else ""
    rows = []
    for reading in wanted:
        found = kept.find(reading.turn)
        if found is None:
            raise SynthesisError(
                f"the clip of line {reading.line} vanished from the cache: run it again"
            )
        content, fields = found
        path = out / "audio" / f"{reading.id}.opus"
        part = path.with_suffix(".part")
        part.write_bytes(content)
        part.replace(path)
        rows.append(_row(reading, fields, chosen, source))
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    part = manifest.with_suffix(".part")
    part.write_text(lines, encoding="utf-8")
    part.replace(manifest)
    for old in {json.loads(line)["audio"] for line in before.splitlines()} - {
        row["audio"] for row in rows
    }:
        (out / "audio" / Path(old).name).unlink(missing_ok=True)
    return rows


def _row(reading: Reading, fields: dict[str, Any], chosen: Cast, source: str) -> dict[str, Any]:
    turn = reading.turn
    gender, accent, licence, model = _about(turn.voice)
    segment: dict[str, Any] = {
        "start_s": fields["start_s"],
        "end_s": fields["end_s"],
        "text": turn.text,
        "speaker": turn.voice,
        "speed": turn.speed,
    }
    if turn.said != turn.text:
        segment["said"] = turn.said
    if fields["words"]:
        segment["words"] = fields["words"]
    return {
        "id": reading.id,
        "audio": f"audio/{reading.id}.opus",
        "duration_s": fields["duration_s"],
        "sha256": fields["sha256"],
        "text": turn.text,
        "split": chosen.manifest,
        "kind": "sentence",
        "speaker": turn.voice,
        "voice": turn.voice,
        "gender": gender,
        "accent": accent,
        "synthesiser": model,
        "synthetic": True,
        "licence": licence,
        "source": f"{source}, line {reading.line}",
        "segments": [segment],
    }


def _about(voice: str) -> tuple[str, str, str, str]:
    """Gender, accent, licence, synthesiser."""
    if synthesiser(voice) == "piper":
        known = piper.known_voices()[voice]
        return known.gender, known.accent, f"generated for Lectern ({known.licence})", "piper"
    licence = f"generated for Lectern ({kokoro.NAME}, Apache-2.0)"
    return GENDERS[voice[1]], ACCENTS[voice[0]], licence, "kokoro"


def _source(path: Path) -> str:
    """The list by its last two names: where the checkout lies is nobody's business."""
    return "/".join(path.resolve().parts[-2:])


def reporter(total: int, stream: TextIO) -> Callable[[int], None]:
    """Says how far it is, at most every two seconds: ``12 of 480 clips, 6 min left``."""
    began = said = time.monotonic()
    count = 0

    def done(more: int) -> None:
        nonlocal count, said
        count += more
        now = time.monotonic()
        if now - said >= _EVERY_S or count == total:
            said = now
            left = (now - began) / count * (total - count) / 60
            print(f"{count} of {total} clips, {left:.1f} min left", file=stream, flush=True)

    return done


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m data.synthesis.sentences",
        description="Read sentences aloud, a clip for each sentence and voice: a corpus.",
    )
    parser.add_argument("list", type=Path, metavar="LIST", help="text file, a sentence a line")
    parser.add_argument("out", type=Path, metavar="OUT", help="folder of the corpus")
    parser.add_argument(
        "--split",
        required=True,
        choices=sorted(casts()),
        help="whose voices read them (voices.toml)",
    )
    parser.add_argument(
        "--pronounce",
        type=Path,
        metavar="GLOSSARY",
        help="CSV with the columns term and sounds_like: how terms are read",
    )
    parser.add_argument("--seed", type=int, default=0, help="another one deals other voices")
    parser.add_argument(
        "--times", type=int, default=1, help="different voices for each sentence; default 1"
    )
    parser.add_argument("--name", help="how the ids begin; default: the split")
    home = Path(os.environ.get("LECTERN_HOME") or ".lectern")
    parser.add_argument(
        "--cache",
        type=Path,
        default=home / "synthesis" / "clips",
        help="folder of clips made before; may be deleted. Default %(default)s",
    )
    cores = os.cpu_count() or 1
    parser.add_argument("--processes", type=int, default=cores, help="default %(default)s")
    parser.add_argument("--bit-rate", type=int, default=24_000, help="bits a second")
    return parser


if __name__ == "__main__":
    sys.exit(main())
