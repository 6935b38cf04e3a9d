"""Tables of strangers: CSV, TSV and JSON lines, with findings that name line and column."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from data.acquisition.errors import BadArchive

GUESSES: Final[Mapping[str, Sequence[str]]] = {
    "audio": ("audio", "audio_filepath", "file_name", "path", "file", "filename", "wav"),
    "text": ("text", "sentence", "transcript", "transcription", "raw_transcription"),
    "id": ("id",),
    "speaker": ("speaker", "speaker_id", "client_id"),
    "gender": ("gender", "sex"),
    "age": ("age",),
    "accent": ("accent", "accents"),
    "split": ("split",),
}
"""Column names that are understood without being told, the likelier first."""

# Sentences of Common Voice and whole books fit; the default of 128 KB does not hold the latter
csv.field_size_limit(min(sys.maxsize, 16 << 20))


def rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line number and fields of each row. Raises `BadArchive` that names the line."""
    suffix = path.suffix.lower()
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            if suffix in (".jsonl", ".ndjson", ".json"):
                yield from _objects(path, file)
            elif suffix in (".csv", ".tsv"):
                # Tables of Common Voice have quotation marks in the text and none around it
                reader = (
                    csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
                    if suffix == ".tsv"
                    else csv.DictReader(file)
                )
                for row in reader:
                    if None in row:
                        raise BadArchive(
                            f"{path.name}, line {reader.line_num}: it has more fields than the"
                            " first line has names."
                        )
                    yield reader.line_num, {k: v for k, v in row.items() if v is not None}
            else:
                raise BadArchive(f"{path.name} is no table: .csv, .tsv or .jsonl.")
    except UnicodeDecodeError as error:
        raise BadArchive(f"{path.name} is not UTF-8: {error}.") from error
    except csv.Error as error:
        raise BadArchive(f"{path.name} cannot be read as a table: {error}.") from error
    except OSError as error:
        raise BadArchive(f"{path} cannot be read: {error.strerror or error}.") from error


def _objects(path: Path, file: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise BadArchive(f"{path.name}, line {number} is not JSON: {error}.") from error
        if not isinstance(row, dict):
            raise BadArchive(f"{path.name}, line {number} is not an object with fields.")
        yield number, row


def columns(
    there: Sequence[str], told: Mapping[str, str], where: str, *, needed: Sequence[str]
) -> dict[str, str]:
    """Which column holds what: as told, else guessed. Raises `BadArchive` listing what there is."""
    for ours, theirs in told.items():
        if theirs not in there:
            raise BadArchive(
                f"{where} has no column {theirs!r} (for {ours}). It has: {', '.join(there)}."
            )
    chosen = dict(told)
    lower = {name.lower(): name for name in there}
    for ours, guesses in GUESSES.items():
        if ours not in chosen:
            guess = next((lower[g] for g in guesses if g in lower), None)
            if guess is not None and guess not in chosen.values():
                chosen[ours] = guess
    for ours in needed:
        if ours not in chosen:
            raise BadArchive(
                f"{where}: which column is the {ours}? It has: {', '.join(there)}. Say so with"
                f" --column {ours}=NAME."
            )
    return chosen
