"""Any folder with a table (CSV, TSV or JSON lines) that names its audio files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import Field

from data.acquisition.errors import AcquisitionError, BadArchive
from data.acquisition.sound import FORMATS
from data.acquisition.sources.common import (
    FIELDS,
    Found,
    Job,
    Options,
    Ready,
    gender,
    options,
    present,
    safe_id,
)
from data.acquisition.sources.tables import columns, rows

_TABLES = (".csv", ".tsv", ".jsonl")


class TableOptions(Options):
    folder: Path
    table: str = ""
    """Path below the folder; empty: the only table there is."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Ours = theirs; what is not said is guessed."""
    split: str = "test"
    """Of all clips, where no column says it."""


class Table:
    """The layout."""

    def clips(self, job: Job) -> Iterator[Ready]:
        chosen = options(job, TableOptions)
        folder = chosen.folder.expanduser().resolve()
        table = _table(folder, chosen.table)
        names: dict[str, str] = {}
        order = 0
        for order, (line, row) in enumerate(rows(table), start=1):
            names = names or columns(
                list(row), chosen.columns, table.name, needed=("audio", "text")
            )
            where = f"{table.name}, line {line}"
            said = str(row.get(names["audio"]) or "")
            audio = _audio(folder, table, said, where)
            id_ = safe_id(str(row.get(names.get("id", ""), "") or Path(said).with_suffix("")))
            if not audio.is_file():
                job.left_out.append((id_, f"{where}: {said} is not there"))
                continue
            if audio.suffix.lower() not in FORMATS:
                job.left_out.append((id_, f"{where}: {said} is of no known format"))
                continue
            fields = {ours: row.get(names[ours]) for ours in FIELDS if ours in names}
            fields["gender"] = gender(str(fields.get("gender") or ""))
            split = str(row.get(names.get("split", "")) or chosen.split)
            text = str(row.get(names["text"]) or "")
            found = Found(id=id_, text=text, split=split, fields=present(**fields))
            job.report(f"reading {table.name}", order, None)
            yield Ready(order, found, audio, ours=False)
        if not order:
            raise BadArchive(f"{table} has no rows.")


def _table(folder: Path, named: str) -> Path:
    if not folder.is_dir():
        raise AcquisitionError(f"{folder} is not a folder.")
    if named:
        return folder / named
    tables = sorted(path for path in folder.iterdir() if path.suffix.lower() in _TABLES)
    if len(tables) != 1:
        there = ", ".join(path.name for path in tables) or "none"
        raise AcquisitionError(
            f"{folder} has to have one table (.csv, .tsv or .jsonl); there: {there}. Say which"
            " with --table NAME."
        )
    return tables[0]


def _audio(folder: Path, table: Path, said: str, where: str) -> Path:
    """Beside the table or below the folder, never outside: a table may come from a stranger."""
    if not said:
        raise BadArchive(f"{where} names no audio file.")
    beside = (table.parent / said).resolve()
    path = beside if beside.is_file() else (folder / said).resolve()
    if not path.is_relative_to(folder):
        raise BadArchive(f"{where}: {said} lies outside {folder}. Copy it there.")
    return path


SOURCE = Table()
