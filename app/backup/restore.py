"""Put a backup back: checked first, built beside what is there, switched in one step."""

from __future__ import annotations

import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sqlalchemy import Table
from sqlalchemy.exc import IntegrityError

from app import schema
from app.backup import format, rows, target
from app.backup.create import Tell
from app.backup.format import Manifest, Refused, damaged
from app.backup.settle import settle
from app.backup.staging import Staging, open_staging
from app.backup.verify import opened, read_all, verify
from app.database import Database
from app.settings import Settings
from app.storage.base import ObjectMissing, Storage, StorageAway
from app.storage.opener import open_storage

_BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Restored:
    manifest: Manifest
    kept: str | None
    """Where the database that was replaced is now."""


def restore(settings: Settings, source: Path, tell: Tell, *, replace: bool = False) -> Restored:
    """Restore `source`, made by this or an older version, whatever database it came from.

    Raises `Refused`, `DatabaseError` and `Problem`s of the storage; then everything is as before.
    """
    manifest = verify(source, tell)
    if not schema.is_known(manifest.revision):
        raise Refused(
            "newer_schema",
            f"The backup was made by a newer Lectern ({manifest.version}, schema"
            f" {manifest.revision}). Nothing was changed. Update Lectern and restore then.",
        )
    with target.claimed(settings):
        storage = open_storage(settings)
        target.check(settings, storage, replace=replace)
        staging = open_staging(settings)
        try:
            kept = _restore(source, manifest, staging, storage, tell)
        finally:
            staging.discard()
    return Restored(manifest, kept)


def _restore(
    source: Path, manifest: Manifest, staging: Staging, storage: Storage, tell: Tell
) -> str | None:
    schema.upgrade(staging.address, manifest.revision)
    with tempfile.TemporaryFile() as missing, tempfile.TemporaryFile() as written:
        try:
            _load(source, manifest, staging, tell, missing)
            tell("migrating", 0, 0)
            schema.upgrade(staging.address)
            _settle(staging, missing)
            _store(source, storage, tell, written)
            return staging.switch()
        except BaseException:
            _remove(storage, written)
            raise


def _load(
    source: Path, manifest: Manifest, staging: Staging, tell: Tell, missing: IO[bytes]
) -> None:
    database = Database(staging.address, unlimited=True)
    total = sum(note.rows for note in manifest.tables.values())
    loaded = dict.fromkeys(manifest.tables, 0)
    try:
        with database.write() as session, opened(source) as tar:
            connection = session.connection()
            tables = {table.name: table for table in rows.tables_of(connection)}
            _check_columns(manifest, tables)
            for table in reversed(tables.values()):
                connection.execute(table.delete())  # what the migrations themselves put in
            for member in _members(tar):
                name = format.table_of(member.name)
                if name is not None:
                    if name not in loaded:
                        raise damaged(f"it has rows of an unknown table, {name}")
                    loaded[name] += rows.load(connection, tables[name], read_all(tar, member))
                    tell("rows", sum(loaded.values()), total)
                elif member.name == format.MISSING:
                    missing.write(read_all(tar, member))
            rows.renumber(connection, tables.values())
    except IntegrityError as error:
        raise damaged(f"its rows contradict each other ({error.orig})") from error
    finally:
        database.dispose()
    if loaded != {name: note.rows for name, note in manifest.tables.items()}:
        raise damaged("rows are missing")


def _members(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    for member in tar:
        yield member
        tar.members.clear()  # type: ignore[attr-defined]


def _check_columns(manifest: Manifest, tables: dict[str, Table]) -> None:
    for name, note in manifest.tables.items():
        if name not in tables or rows.kinds(tables[name]) != note.columns:
            raise damaged(f"the table {name} is not that of schema {manifest.revision}")


def _settle(staging: Staging, missing: IO[bytes]) -> None:
    database = Database(staging.address, unlimited=True)
    missing.seek(0)
    try:
        with database.write() as session:
            settle(session, missing)
    finally:
        database.dispose()


def _store(source: Path, storage: Storage, tell: Tell, written: IO[bytes]) -> None:
    size = source.stat().st_size
    with opened(source) as tar:
        for member in _members(tar):
            key = format.key_of(member.name)
            if key is None:
                continue
            if not _is_there(storage, key):
                written.write(key.encode() + b"\n")
            writer = storage.create(key)
            try:
                file = tar.extractfile(member)
                assert file is not None
                while block := file.read(_BLOCK):
                    writer.write(block)
                writer.commit()
            except BaseException:
                writer.abort()
                raise
            tell("objects", member.offset_data + member.size, size)


def _is_there(storage: Storage, key: str) -> bool:
    try:
        storage.size(key)
    except ObjectMissing:
        return False
    return True


def _remove(storage: Storage, written: IO[bytes]) -> None:
    """What this restore has stored; what was there before stays."""
    written.seek(0)
    for line in written:
        with suppress(StorageAway, OSError):
            storage.delete(line.rstrip(b"\n").decode())
