"""`manifest.jsonl`: the clips of a corpus, one a line, the same for every corpus.

    id, audio (path below the folder), duration_s, text, split, speaker, gender, age, age_group,
    native_language, accent, device, licence, source, sha256 (of the audio file)

and whatever else is known. A field that is not known is absent.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from data.acquisition.places import MANIFEST

_SHOWN: Final = 10
_TEXTS: Final = ("text", "split", "speaker", "gender", "accent")
_SHA256 = re.compile("[0-9a-f]{64}")
Row = dict[str, Any]


class BadManifest(Exception):
    """A manifest that cannot be used; the message names lines and fields."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a manifest."""

    line: int
    row: Row
    raw: bytes
    """The line as it stands, without its end."""


def read(folder: Path) -> list[Entry]:
    """The clips of the corpus in a folder, in the order of the manifest.

    Whether the audio is there is not asked: a missing file is the failure of its clip.

    Raises:
        BadManifest: with up to ten findings, each with line and field.
    """
    path = folder / MANIFEST
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadManifest(f"{path} cannot be read: {error.strerror or error}.") from error
    entries: list[Entry] = []
    findings: list[str] = []
    lines_of: dict[str, int] = {}
    for number, raw in enumerate(content.split(b"\n"), start=1):
        if not raw.strip():
            continue
        row, found = _row(raw)
        findings += [f"line {number}: {finding}" for finding in found]
        if row is None or found:
            continue
        first = lines_of.setdefault(row["id"], number)
        if first != number:
            findings.append(f'line {number}: "id" {row["id"]!r} is that of line {first} already')
        entries.append(Entry(number, row, raw))
    if findings:
        raise BadManifest(_message(path, findings))
    if not entries:
        raise BadManifest(f"{path} has no clips.")
    return entries


def _message(path: Path, findings: list[str]) -> str:
    shown = "\n".join(f"  {finding}" for finding in findings[:_SHOWN])
    more = f"\n  and {len(findings) - _SHOWN} more" if len(findings) > _SHOWN else ""
    return f"{path} is not usable:\n{shown}{more}"


def _row(raw: bytes) -> tuple[Row | None, list[str]]:
    try:
        row = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return None, [f"it is not UTF-8 (byte {error.start + 1})"]
    except ValueError as error:
        return None, [f"it is not JSON: {error}"]
    if not isinstance(row, dict):
        return None, [f"it has to be an object with fields, not {_shown(row)}"]
    return row, list(_wrong(row))


def _wrong(row: Row) -> Iterator[str]:
    for field in ("id", "audio", "duration_s"):
        if field not in row:
            yield f'"{field}" is missing'
    if "id" in row and (not isinstance(row["id"], str) or not row["id"].strip()):
        yield f'"id" is {_shown(row["id"])}, it has to be a text'
    if "audio" in row and not _is_below(row["audio"]):
        yield f'"audio" is {_shown(row["audio"])}, it has to be a path below the corpus'
    if "duration_s" in row and not _is_duration(row["duration_s"]):
        yield (
            f'"duration_s" is {_shown(row["duration_s"])}, it has to be a number of seconds above 0'
        )
    for field in _TEXTS:
        if field in row and not isinstance(row[field], str):
            yield f'"{field}" is {_shown(row[field])}, it has to be a text or absent'
    if "sha256" in row and not _SHA256.fullmatch(str(row["sha256"])):
        yield f'"sha256" is {_shown(row["sha256"])}, it has to be 64 hexadecimal digits'
    if "segments" in row:
        yield from _wrong_segments(row["segments"])


def _wrong_segments(segments: object) -> Iterator[str]:
    if not isinstance(segments, list):
        yield f'"segments" is {_shown(segments)}, it has to be a list'
        return
    for index, segment in enumerate(segments):
        where = f'"segments[{index}]"'
        if not isinstance(segment, dict):
            yield f"{where} is {_shown(segment)}, it has to be an object"
        elif not isinstance(segment.get("text"), str):
            yield f"{where} has no text"
        elif not (
            _is_time(segment.get("start_s"))
            and _is_time(segment.get("end_s"))
            and segment["start_s"] <= segment["end_s"]
        ):
            yield f"{where} needs start_s and end_s in seconds, the end not before the start"


def _is_below(path: object) -> bool:
    if not isinstance(path, str) or not path or "\\" in path or "\0" in path:
        return False
    pure = PurePosixPath(path)
    return not pure.is_absolute() and ".." not in pure.parts and pure.parts != ()


def _is_duration(value: object) -> bool:
    return _is_time(value) and value != 0


def _is_time(value: object) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and math.isfinite(value)
        and value >= 0
    )


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}…"


def write(folder: Path, rows: Iterable[Row]) -> None:
    """The manifest of a corpus that is being made."""
    with (folder / MANIFEST).open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def sha256_of(path: Path) -> str:
    """Of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sum_of_sums(sums: Iterable[tuple[str, str]]) -> str:
    """One SHA-256 for many files: of the lines `sum  path`, sorted by path, as sha256sum writes."""
    lines = sorted(sums, key=lambda each: each[0])
    return hashlib.sha256("".join(f"{sum_}  {path}\n" for path, sum_ in lines).encode()).hexdigest()


def audio_sha256(folder: Path, entries: Iterable[Entry]) -> str:
    """Of all audio of a corpus, computed from the files; a missing file counts as such."""
    sums = []
    for path in sorted({entry.row["audio"] for entry in entries}):
        file = folder / path
        sums.append((path, sha256_of(file) if file.is_file() else "missing"))
    return sum_of_sums(sums)
