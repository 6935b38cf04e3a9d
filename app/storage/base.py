"""The storage interface: whole objects under generated keys, written once, read by anybody."""

from __future__ import annotations

import errno
import re
from collections.abc import Hashable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from app.errors import StorageFull, Unavailable

PIECE_BYTES = 1024 * 1024
"""Most that is read or handed on at once."""
KINDS = ("recordings", "windows", "playback", "adapters")
"""What keys begin with. Nothing else below a bucket's prefix is ours to list or to remove."""
_KEY = re.compile(rf"(?:{'|'.join(KINDS)})(?:/[A-Za-z0-9_-]+)+")


class ObjectMissing(Exception):
    """No object has this key."""


class NoSpace(StorageFull):
    """The storage is full; what was being written has been removed."""

    def __init__(self, why: str = "") -> None:
        super().__init__(
            detail="There is no room left for recordings, so nothing of this was kept. Transcripts"
            " and other recordings are safe; free some space and try again."
        )
        self.why = why


def is_full(error: OSError) -> bool:
    """Whether a write failed for want of room, on the disk or in the quota."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


class StorageAway(Unavailable):
    """The storage does not answer, or not as it should; nobody's recording is to blame.

    What was asked may be asked again, without counting it as somebody's failure. `why` is for the
    log: it may name hosts and buckets.
    """

    code = "storage_away"
    RETRY_AFTER_S = 5

    def __init__(self, why: str = "") -> None:
        super().__init__(
            detail="The storage for recordings cannot be reached at the moment. Everything that"
            f" was kept is safe; try again in {self.RETRY_AFTER_S} seconds.",
            headers={"Retry-After": str(self.RETRY_AFTER_S)},
        )
        self.why = why

    def __str__(self) -> str:
        return self.why or self.detail


class StorageRefused(StorageAway):
    """It answers, and refuses us: credentials, bucket or rights are not what they should be."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object without its content. `modified_s`: when it was stored, seconds since 1970."""

    key: str
    size: int
    modified_s: float


class Writer(Protocol):
    """An object being written. Nothing is visible under its key before `commit`.

    An error of `write` or `commit` leaves nothing behind; the writer is of no more use.
    """

    def write(self, data: bytes) -> None:
        """Append `data`. Raises `NoSpace`, `StorageAway`."""

    def commit(self, *, durable: bool = True) -> None:
        """Make the object visible; `durable` also survives a power cut from here on.

        Raises `NoSpace`, `StorageAway`.
        """

    def abort(self) -> None:
        """Leave nothing behind. Harmless after `commit`, and never raises `StorageAway`."""


class Storage(Protocol):
    """Keys look like `recordings/3f…`; callers generate them, users never do.

    Every method may raise `StorageAway`, where the storage is another machine.
    """

    def create(self, key: str) -> Writer: ...

    def adopt(self, path: Path, key: str) -> None:
        """Make a finished local file the object `key`; the file is gone afterwards.

        A rename where both lie on one file system, streamed in parts otherwise. Raises `NoSpace`,
        `StorageAway`; the file then stays where it is.
        """

    def open(self, key: str) -> BinaryIO:
        """A seekable file. Raises `ObjectMissing`."""

    def read(self, key: str, start: int, end: int) -> Iterator[bytes]:
        """Bytes `start` to `end` (exclusive, not behind the object's end) in bounded pieces.

        Errors come with the first piece, `ObjectMissing` among them.
        """

    def local_file(self, key: str) -> AbstractContextManager[BinaryIO]:
        """A file with a real descriptor, to be handed to the decoder.

        Raises `ObjectMissing`; `NoSpace` where a copy of it must be made and has no room.
        """

    def stat(self, key: str) -> StoredObject:
        """Size and age. Raises `ObjectMissing`."""

    def size(self, key: str) -> int:
        """Bytes. Raises `ObjectMissing`."""

    def delete(self, key: str) -> None:
        """Remove the object; harmless when there is none."""

    def keys(self, prefix: str = "") -> Iterator[str]:
        """All keys that begin with `prefix`, in no order, found while they are asked for."""

    def objects(self, prefix: str = "") -> Iterator[StoredObject]:
        """The same with size and age."""

    def free_bytes(self) -> int | None:
        """Room that is left, or None when the storage does not know."""

    def check(self) -> None:
        """Whether it answers at this moment, found out within seconds. Raises `StorageAway`."""

    def half_written(self) -> dict[str, Hashable]:
        """What is being written, or was by a process that was killed.

        By name, with whatever changes while somebody writes.
        """

    def discard(self, name: str) -> None:
        """Remove one of `half_written`; harmless when there is none."""


def checked(key: str) -> str:
    """The key itself. Raises `ValueError` for one that no caller can have generated."""
    # Ch 28 · Security and Privacy: keys are generated and checked, so no name can leave the folder
    if not is_key(key):
        raise ValueError(f"not a storage key: {key!r}")
    return key


def is_key(name: str) -> bool:
    """Whether one of our objects can have this name."""
    return _KEY.fullmatch(name) is not None


def move_into(writer: Writer, path: Path) -> None:
    """Write the file at `path` out and remove it; when something goes wrong only it remains."""
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                writer.write(piece)
        writer.commit()
    except BaseException:
        writer.abort()
        raise
    path.unlink()
