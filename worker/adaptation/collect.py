"""What a domain is made from, in one form: its sentences, its words, consented corrections.

Layout, comments and the order of a glossary do not get through, so editing them makes nothing anew.
Corrections are recordings of customers with the text they corrected, a JSON object a line:

    {"audio": "17.opus", "text": "…", "consent": true, "speaker": "p4", "start_s": 3, "end_s": 9}

`audio` is a path from the file's folder. Without `"consent": true` nothing is used, and the run
stops and says so, rather than leaving some out in silence.
"""

# Ch 16 · Data Quality: what customers correct is learned from if they agreed, line by line

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from data.domains.checks import forbidden
from data.domains.folder import DomainFolder
from worker.adaptation.clips import NOTHING, Clip, of_file, save
from worker.adaptation.pipeline import StageFailed, Work

TEXT: Final = "text.json"
CORRECTIONS: Final = "corrections"
_DEV_OF: Final = 8
"""One speaker of so many is chosen by, never trained on."""


def collect(domain: DomainFolder, corrections: Path | None, work: Work) -> None:
    """Write `text.json` and the corrections as clips."""
    text = {
        "sentences": {
            split: [sentence.text for sentence in domain.sentences.get(split, ())]
            for split in ("train", "dev")
        },
        "terms": sorted((t.term, t.sounds_like) for t in domain.terms if t.split == "train"),
    }
    written = json.dumps(text, ensure_ascii=False, indent=1, sort_keys=True)
    (work.out / TEXT).write_text(written, encoding="utf-8")
    folder = work.out / CORRECTIONS
    folder.mkdir()
    save(read_corrections(corrections) if corrections else (), folder)


def read_corrections(path: Path) -> Iterator[Clip]:
    """Clips of a corrections file. Raises `StageFailed` with the line that cannot be used."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise StageFailed(f"{path.name} cannot be read: {error}.") from error
    rows = [(n, _row(line, f"{path.name}, line {n}")) for n, line in enumerate(lines, 1) if line]
    held = _dev([row for _, row in rows])
    for number, row in rows:
        about = Clip(
            id=f"correction-{number:05}",
            text=" ".join(row["text"].split()),
            split="dev" if held & {_who(row), str(row["audio"])} else "train",
            kind="target",
            samples=NOTHING,
            speaker=str(row.get("speaker", "")),
            sha256=row.get("sha256", ""),
        )
        try:
            yield of_file(
                path.parent / row["audio"], about, row.get("start_s", 0.0), row.get("end_s")
            )
        except FileNotFoundError as error:
            where = f"{path.name}, line {number}"
            raise StageFailed(f"{where}: there is no {row['audio']}.") from error


def audio_inputs(path: Path | None) -> dict[str, Path]:
    """The corrections file and its recordings, as inputs of the stage."""
    if path is None or not path.is_file():
        return {} if path is None else {"corrections": path}
    found = {"corrections": path}
    for line in path.read_text(encoding="utf-8-sig", errors="replace").splitlines():
        try:
            audio = str(json.loads(line)["audio"])
        except (ValueError, KeyError, TypeError):
            continue  # the stage itself says what is wrong with it
        found[f"corrections/{audio}"] = path.parent / audio
    return found


def _row(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise StageFailed(f"{where}: it is not JSON: {error}.") from error
    if not isinstance(row, dict) or not all(
        isinstance(row.get(name), str) and row[name].strip() for name in ("audio", "text")
    ):
        raise StageFailed(f'{where}: it needs "audio" and "text".')
    if row.get("consent") is not True:
        raise StageFailed(
            f'{where}: there is no "consent": true. Nobody\'s recording is learned from without '
            "it; take the line out, or ask."
        )
    times = [row.get("start_s", 0.0), row.get("end_s", 0.0)]
    if any(isinstance(t, bool) or not isinstance(t, int | float) or t < 0 for t in times):
        raise StageFailed(f"{where}: start_s and end_s are seconds.")
    if wrong := forbidden(row["text"]):
        raise StageFailed(f"{where}: the text has {wrong}.")
    return row


def _dev(rows: Sequence[dict[str, Any]]) -> frozenset[str]:
    """One speaker of eight, at least one; where all are of one person, recordings instead."""
    speakers = {_who(row) for row in rows}
    names = speakers if len(speakers) > 1 else {str(row["audio"]) for row in rows}
    by_lot = sorted(names, key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    return frozenset(by_lot[: max(1, round(len(by_lot) / _DEV_OF))] if len(by_lot) > 1 else ())


def _who(row: dict[str, Any]) -> str:
    return str(row.get("speaker") or row["audio"])
