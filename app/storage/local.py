"""Storage in a local folder."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Hashable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from app.storage.base import (
    PIECE_BYTES,
    NoSpace,
    ObjectMissing,
    StorageAway,
    StoredObject,
    checked,
    is_full,
    is_key,
    move_into,
)
from app.storage.faulty import MayWrite, always, refuses

_UNFINISHED = ".unfinished"


class LocalStorage:
    """Objects are files below `root`; unfinished ones lie apart and are swept at the next start."""

    def __init__(self, root: Path, may_write: MayWrite = always) -> None:
        self.root = root
        self.unfinished = root / _UNFINISHED
        self.unfinished.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._may_write = may_write

    def _path(self, key: str) -> Path:
        return self.root / checked(key)

    def create(self, key: str) -> LocalWriter:
        return LocalWriter(self.unfinished / uuid4().hex, self._path(key), self._may_write)

    def adopt(self, path: Path, key: str) -> None:
        target = self._path(key)
        self._may_write()
        with path.open("rb+") as file:
            os.fsync(file.fileno())
        path.chmod(0o600)
        # As old as its object, not as its upload: old objects without a row are swept
        os.utime(path)
        try:
            _into_place(path, target)
        except OSError as error:
            if is_full(error):
                raise NoSpace(str(error)) from error
            if error.errno != errno.EXDEV:
                raise
            move_into(self.create(key), path)
        _sync(target.parent)

    def open(self, key: str) -> BinaryIO:
        try:
            return self._path(key).open("rb")
        except FileNotFoundError:
            raise ObjectMissing(key) from None

    def read(self, key: str, start: int, end: int) -> Iterator[bytes]:
        with self.open(key) as file:
            file.seek(start)
            while piece := file.read(min(PIECE_BYTES, end - start)):
                start += len(piece)
                yield piece

    @contextmanager
    def local_file(self, key: str) -> Iterator[BinaryIO]:
        with self.open(key) as file:
            yield file

    def stat(self, key: str) -> StoredObject:
        try:
            found = self._path(key).stat()
        except FileNotFoundError:
            raise ObjectMissing(key) from None
        return StoredObject(key, found.st_size, found.st_mtime)

    def size(self, key: str) -> int:
        return self.stat(key).size

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def keys(self, prefix: str = "") -> Iterator[str]:
        return (found.key for found in self.objects(prefix))

    def objects(self, prefix: str = "") -> Iterator[StoredObject]:
        for path in _files(self.root / prefix.rpartition("/")[0]):
            key = path.relative_to(self.root).as_posix()
            if key.startswith(prefix) and is_key(key):
                # Others delete while this goes on
                with suppress(FileNotFoundError):
                    found = path.stat()
                    yield StoredObject(key, found.st_size, found.st_mtime)

    def free_bytes(self) -> int | None:
        return 0 if refuses(self._may_write) else shutil.disk_usage(self.root).free

    def check(self) -> None:
        try:
            self.unfinished.stat()
        except OSError as error:
            raise StorageAway(str(error)) from error

    def half_written(self) -> dict[str, Hashable]:
        found: dict[str, Hashable] = {}
        for path in self.unfinished.iterdir():
            with suppress(FileNotFoundError):
                state = path.stat()
                found[path.name] = (state.st_size, state.st_mtime_ns)
        return found

    def discard(self, name: str) -> None:
        (self.unfinished / name).unlink(missing_ok=True)


class LocalWriter:
    """A file with a generated name, moved to its key when it is complete."""

    def __init__(self, temporary: Path, target: Path, may_write: MayWrite = always) -> None:
        self._temporary = temporary
        self._target = target
        self._may_write = may_write
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            if is_full(error):
                raise NoSpace(str(error)) from error
            raise
        self._file = os.fdopen(descriptor, "wb", buffering=0)

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        with self._or_nothing():
            self._may_write()
            while view:
                view = view[self._file.write(view) or 0 :]

    def commit(self, *, durable: bool = True) -> None:
        with self._or_nothing():
            if durable:
                os.fsync(self._file.fileno())
            self._file.close()
            _into_place(self._temporary, self._target)
            if durable:
                _sync(self._target.parent)

    def abort(self) -> None:
        self._file.close()
        self._temporary.unlink(missing_ok=True)

    @contextmanager
    def _or_nothing(self) -> Iterator[None]:
        """Whatever goes wrong, nothing stays."""
        try:
            yield
        except OSError as error:
            self.abort()
            if is_full(error):
                raise NoSpace(str(error)) from error
            raise
        except NoSpace:
            self.abort()
            raise


def _into_place(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    source.replace(target)


def _sync(folder: Path) -> None:
    """Make names in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _files(folder: Path) -> Iterator[Path]:
    """All files below `folder`, one folder's names in memory at a time."""
    try:
        entries = list(os.scandir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        if entry.name == _UNFINISHED:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path))
        elif entry.is_file(follow_symlinks=False):
            yield Path(entry.path)
