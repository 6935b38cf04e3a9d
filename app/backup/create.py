"""Make a backup, also while the product runs: rows of one moment, then the objects they name."""

# Ch 13 · Planning for Operations: a consistent copy of everything, made without stopping anything

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, BinaryIO

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Table, select

from app.backup import format, rows
from app.backup.format import Manifest, Refused, TableNote
from app.clock import now
from app.database import Database
from app.settings import Settings
from app.storage.base import ObjectMissing, Storage
from app.storage.opener import open_storage

Tell = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is, and how much there is."""


def create(settings: Settings, target: Path, tell: Tell, *, replace: bool = False) -> Manifest:
    """Write the file under a temporary name beside `target`, then give it its name.

    Raises `Refused`, `OSError`, `DatabaseError` and `StorageAway`; then there is no file.
    """
    if target.exists() and not replace:
        raise Refused("exists", f"{target} exists already. Choose another name, or give --force.")
    database = _existing(settings)
    try:
        with _draft(target) as file:
            manifest = _write(file, database, open_storage(settings), tell)
    finally:
        database.dispose()
    return manifest


def _existing(settings: Settings) -> Database:
    if not settings.database_url and not (settings.home / "lectern.db").exists():
        raise Refused("nothing_there", f"There is nothing to back up in {settings.home}.")
    return Database(settings.database, unlimited=True)


@contextmanager
def _draft(target: Path) -> Iterator[BinaryIO]:
    """Only the owner may read it: whoever has the file has every transcript."""
    draft = target.with_name(target.name + ".part")
    descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "r+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise


def _write(file: BinaryIO, database: Database, storage: Storage, tell: Tell) -> Manifest:
    with (
        tempfile.TemporaryFile() as sums,
        tempfile.TemporaryFile() as keys,
        tempfile.TemporaryFile() as missing,
        tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        archive = _Archive(tar, sums)
        archive.add(format.HEADER, format.header_bytes())
        with database.read() as session:
            connection = session.connection()
            revision = _revision(connection)
            tables = rows.tables_of(connection)
            notes = _add_rows(archive, connection, tables, tell)
            wanted = _note_keys(connection, tables, keys)
        objects, size, absent = _add_objects(archive, storage, keys, wanted, missing, tell)
        archive.copy(format.MISSING, missing)
        digest = archive.add_sums()
        manifest = Manifest(
            made_at=now().isoformat(timespec="seconds"),
            version=format.program_version(),
            revision=revision,
            database=database.engine.dialect.name,
            tables=notes,
            objects=objects,
            objects_bytes=size,
            missing=absent,
            members=archive.members,
            sums_sha256=digest,
        )
        archive.add_manifest(manifest)
    return manifest


class _Archive:
    """A tar being written, with the sums of what is in it."""

    def __init__(self, tar: tarfile.TarFile, sums: IO[bytes]) -> None:
        self._tar = tar
        self._sums = sums
        self.members = 0

    def add(self, name: str, data: bytes) -> None:
        self.stream(name, len(data), io.BytesIO(data))

    def copy(self, name: str, file: IO[bytes]) -> None:
        """All of a temporary file."""
        size = file.tell()
        file.seek(0)
        self.stream(name, size, file)

    def stream(self, name: str, size: int, source: IO[bytes]) -> None:
        """Add `size` bytes. Raises `OSError` when there are fewer."""
        line = {"name": name, "size": size, "sha256": self._put(name, size, source)}
        self._sums.write(json.dumps(line).encode() + b"\n")
        self.members += 1

    def add_sums(self) -> str:
        """Returns the SHA-256 of the sums themselves."""
        size = self._sums.tell()
        self._sums.seek(0)
        return self._put(format.SUMS, size, self._sums)

    def add_manifest(self, manifest: Manifest) -> None:
        data = format.manifest_bytes(manifest)
        self._put(format.MANIFEST, len(data), io.BytesIO(data))

    def _put(self, name: str, size: int, source: IO[bytes]) -> str:
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, 0o600, int(time.time())
        hashed = _Hashed(source)
        self._tar.addfile(info, hashed)  # type: ignore[arg-type]
        return hashed.sha256.hexdigest()


class _Hashed:
    """Hashes what is read through it."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.sha256 = hashlib.sha256()

    def read(self, size: int) -> bytes:
        data = self._source.read(size)
        self.sha256.update(data)
        return data


def _revision(connection: Connection) -> str:
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None:
        raise Refused("nothing_there", "There is nothing to back up: the database is empty.")
    return revision


def _add_rows(
    archive: _Archive, connection: Connection, tables: list[Table], tell: Tell
) -> dict[str, TableNote]:
    total = sum(rows.count(connection, table) for table in tables)
    done = 0
    notes = {}
    for table in tables:
        before = done
        for number, (lines, count) in enumerate(rows.parts(connection, table)):
            archive.add(format.rows_name(table.name, number), lines)
            done += count
            tell("rows", done, total)
        notes[table.name] = TableNote(rows.kinds(table), done - before)
    return notes


def _note_keys(connection: Connection, tables: list[Table], keys: IO[bytes]) -> int:
    """Write down, one a line, what the rows need of the storage; returns how many there are.

    The sound of windows is needed as long as the job may still have to be heard.
    """
    named = {table.name: table for table in tables}
    recording, window, job = (named[name] for name in ("recording", "window", "transcription"))
    queries: list[Any] = [
        select(recording.c.storage_key),
        select(recording.c.playback_key).where(
            recording.c.playback_key.is_not(None),
            recording.c.playback_key != recording.c.storage_key,
        ),
        _audio_of_windows(window, job),
    ]
    if "model_version" in named:  # schemas before 0004 have none
        adapter = named["model_version"].c.adapter_key
        queries.append(select(adapter).where(adapter.is_not(None)).distinct())
    count = 0
    options = {"stream_results": True, "yield_per": rows.AT_ONCE}
    for query in queries:
        for key in connection.execute(query, execution_options=options).scalars():
            keys.write(key.encode() + b"\n")
            count += 1
    return count


def _audio_of_windows(window: Table, job: Table) -> Any:
    return (
        select(window.c.audio_key)
        .join(job, job.c.id == window.c.transcription_id)
        .where(job.c.status != "succeeded", window.c.state != "done")
    )


def _add_objects(
    archive: _Archive,
    storage: Storage,
    keys: IO[bytes],
    wanted: int,
    missing: IO[bytes],
    tell: Tell,
) -> tuple[int, int, int]:
    """Copy what is still there: how many objects, how many bytes, how many were not there."""
    keys.seek(0)
    objects = size = absent = 0
    for line in keys:
        key = line.rstrip(b"\n").decode()
        try:
            bytes_ = storage.size(key)
            with storage.open(key) as source:
                archive.stream(format.object_name(key), bytes_, source)
            objects, size = objects + 1, size + bytes_
        except ObjectMissing:  # somebody deleted it, or its job has ended meanwhile
            missing.write(json.dumps({"key": key}).encode() + b"\n")
            absent += 1
        tell("objects", objects + absent, wanted)
    return objects, size, absent
