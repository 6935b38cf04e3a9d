"""Storage in a local folder."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from app.storage.base import NoSpace, ObjectMissing

_KEY = re.compile(r"[a-z]+(/[A-Za-z0-9_-]+)+")
_UNFINISHED = ".unfinished"


class LocalStorage:
    """Objects are files below `root`; unfinished ones lie apart and are swept at the next start."""

    # Ch 28 · Security and Privacy: keys are generated and checked, so no name can leave the folder

    def __init__(self, root: Path) -> None:
        self.root = root
        self.unfinished = root / _UNFINISHED
        self.unfinished.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"not a storage key: {key!r}")
        return self.root / key

    def create(self, key: str) -> LocalWriter:
        return LocalWriter(self.unfinished / uuid4().hex, self._path(key))

    def open(self, key: str) -> BinaryIO:
        try:
            return self._path(key).open("rb")
        except FileNotFoundError:
            raise ObjectMissing(key) from None

    @contextmanager
    def local_file(self, key: str) -> Iterator[BinaryIO]:
        with self.open(key) as file:
            yield file

    def path(self, key: str) -> Path:
        path = self._path(key)
        if not path.is_file():
            raise ObjectMissing(key)
        return path

    def size(self, key: str) -> int:
        try:
            return self._path(key).stat().st_size
        except FileNotFoundError:
            raise ObjectMissing(key) from None

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def keys(self, prefix: str = "") -> Iterator[str]:
        for path in self.root.rglob("*"):
            if path.is_file() and _UNFINISHED not in path.parts:
                key = path.relative_to(self.root).as_posix()
                if key.startswith(prefix):
                    yield key

    def free_bytes(self) -> int | None:
        return shutil.disk_usage(self.root).free

    def sweep_unfinished(self, older_than_s: float, now_s: float) -> int:
        """Remove what a killed process left half-written; returns how many."""
        removed = 0
        for path in self.unfinished.iterdir():
            try:
                if now_s - path.stat().st_mtime > older_than_s:
                    path.unlink()
                    removed += 1
            except FileNotFoundError:
                continue
        return removed


class LocalWriter:
    """A file with a generated name, moved to its key when it is complete."""

    def __init__(self, temporary: Path, target: Path) -> None:
        self._temporary = temporary
        self._target = target
        self._file = os.fdopen(
            os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", buffering=0
        )

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[self._file.write(view) or 0 :]
        except OSError as error:
            self.abort()
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise NoSpace(str(error)) from error
            raise

    def commit(self, *, durable: bool = True) -> None:
        if durable:
            os.fsync(self._file.fileno())
        self._file.close()
        self._target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._temporary.replace(self._target)

    def abort(self) -> None:
        self._file.close()
        self._temporary.unlink(missing_ok=True)
