"""The storage interface: whole objects under generated keys, written once, read by anybody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Protocol


class ObjectMissing(Exception):
    """No object has this key."""


class NoSpace(Exception):
    """The storage is full; what was being written has been removed."""


class Writer(Protocol):
    """An object being written. Nothing is visible under its key before `commit`."""

    def write(self, data: bytes) -> None:
        """Append `data`. Raises `NoSpace`."""

    def commit(self, *, durable: bool = True) -> None:
        """Make the object visible; `durable` also survives a power cut from here on."""

    def abort(self) -> None:
        """Leave nothing behind. Harmless after `commit`."""


class Storage(Protocol):
    """Keys look like `recordings/3f…`; callers generate them, users never do."""

    def create(self, key: str) -> Writer: ...

    def open(self, key: str) -> BinaryIO:
        """A seekable file. Raises `ObjectMissing`."""

    def local_file(self, key: str) -> AbstractContextManager[BinaryIO]:
        """A file with a real descriptor, to be handed to the decoder. Raises `ObjectMissing`."""

    def path(self, key: str) -> Path:
        """Where the object lies on this machine's disk. Raises `ObjectMissing`."""

    def size(self, key: str) -> int:
        """Bytes. Raises `ObjectMissing`."""

    def delete(self, key: str) -> None:
        """Remove the object; harmless when there is none."""

    def keys(self, prefix: str = "") -> Iterator[str]:
        """All keys that begin with `prefix`."""

    def free_bytes(self) -> int | None:
        """Room that is left, or None when the storage does not know."""
