"""What a backup file looks like: a tar of rows as JSON lines, stored objects, and their sums."""

# Ch 24 · Versioning, Provenance, and Reproducibility: a backup names its schema and sums every part

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import Any

from app.storage.base import is_key

FORMAT = 1
HEADER = "lectern-backup.json"
"""The first member: by it the file is recognised."""
MISSING = "missing.jsonl"
"""Keys of objects that rows name and the storage did not have."""
SUMS = "sums.jsonl"
"""Name, size and SHA-256 of all members before it, in their order."""
MANIFEST = "manifest.json"
"""The last member: without it the file is not complete."""
PART_BYTES = 4 * 1024**2
"""Rows are cut into members of about this size, so that neither side needs a whole table."""
LARGEST_PART_BYTES = 256 * 1024**2
LEFT_OUT = frozenset({"alembic_version", "process", "fault", "upload"})
"""Tables about this machine at this moment: processes, faults switched on, unfinished uploads."""
_ROWS = re.compile(r"rows/([a-z_]{1,63})/[0-9]{6,9}\.jsonl")
_OBJECTS = "objects/"


class Refused(Exception):
    """It is not done; nothing was changed. `code` is for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class TableNote:
    """Columns by name with their kind: text, integer, real, boolean, time or json."""

    columns: dict[str, str]
    rows: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is in the file and where it came from."""

    made_at: str
    version: str
    """Of the program."""
    revision: str
    """Of the schema."""
    database: str
    """Kind of database the rows came from."""
    tables: dict[str, TableNote]
    objects: int
    objects_bytes: int
    missing: int
    members: int
    """All but `SUMS` and this one."""
    sums_sha256: str
    format: int = FORMAT


def program_version() -> str:
    try:
        return metadata.version("lectern-speech")
    except metadata.PackageNotFoundError:
        return "unknown"


def rows_name(table: str, number: int) -> str:
    return f"rows/{table}/{number:06d}.jsonl"


def object_name(key: str) -> str:
    return _OBJECTS + key


def table_of(name: str) -> str | None:
    """The table whose rows a member has."""
    found = _ROWS.fullmatch(name)
    return found.group(1) if found else None


def key_of(name: str) -> str | None:
    """The storage key of the object a member is."""
    # Ch 28 · Security and Privacy: no name in a file from elsewhere can lead out of the storage
    key = name.removeprefix(_OBJECTS)
    return key if name.startswith(_OBJECTS) and is_key(key) else None


def header_bytes() -> bytes:
    return json.dumps({"format": FORMAT, "what": "A backup of Lectern"}).encode()


def check_header(data: bytes) -> None:
    """Raises `Refused`: another program's file, or a format of the future."""
    try:
        number = json.loads(data)["format"]
    except (ValueError, KeyError, TypeError):
        raise foreign() from None
    if number != FORMAT:
        raise Refused(
            "newer_format",
            f"The file has format {number}; this Lectern reads format {FORMAT}. Nothing was"
            " changed. Update Lectern and try again.",
        )


def manifest_bytes(manifest: Manifest) -> bytes:
    content = asdict(manifest)
    return json.dumps({"content": content, "sha256": _sum(content)}, indent=1).encode()


def read_manifest(data: bytes) -> Manifest:
    """Raises `Refused` when it is damaged."""
    try:
        told = json.loads(data)
        content: dict[str, Any] = told["content"]
        if told["sha256"] != _sum(content):
            raise ValueError("its sum is wrong")
        tables = {name: TableNote(**note) for name, note in content.pop("tables").items()}
        return Manifest(tables=tables, **content)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise damaged(f"its list of contents cannot be read ({error})") from None


def _sum(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def damaged(how: str) -> Refused:
    return Refused("damaged", f"The backup is damaged: {how}. Nothing was changed.")


def foreign() -> Refused:
    return Refused("not_a_backup", "This file is not a backup of Lectern. Nothing was changed.")
