"""The files of unfinished uploads: one folder, one file an upload, one writer at a time.

The writer holds a lock of the kernel (flock) on the file itself. Other processes see it, and it
ends with the process however that ends: no clock, no lease, nothing to clean up after a crash.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.errors import Gone, StorageFull
from app.storage.base import is_full
from app.uploads.protocol import ALWAYS, Busy

HANDOVER = ".handover"
"""Ending of a second name of a complete file, which the storage takes."""


class Spool:
    """The folder. Names are ids made by us, never what a sender wrote."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def path(self, upload_id: str) -> Path:
        if not upload_id.replace("_", "").isalnum():
            raise ValueError(f"not the id of an upload: {upload_id!r}")
        return self.folder / upload_id

    @contextmanager
    def create(self, upload_id: str) -> Iterator[SpoolFile]:
        """A new, empty file, locked until the block ends. Raises `StorageFull`."""
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            descriptor = os.open(self.path(upload_id), flags, 0o600)
        except OSError as error:
            raise _explained(error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield SpoolFile(descriptor)
        finally:
            os.close(descriptor)

    def claim(self, upload_id: str) -> SpoolFile:
        """The file, locked until it is closed. Raises `Busy`, and `Gone` when it is not here."""
        path = self.path(upload_id)
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            raise gone() from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Between the two calls its holder may have removed it
            if not path.exists() or not os.path.samestat(path.stat(), os.fstat(descriptor)):
                raise gone()
        except BlockingIOError:
            os.close(descriptor)
            raise Busy from None
        except BaseException:
            os.close(descriptor)
            raise
        return SpoolFile(descriptor)

    def length(self, upload_id: str) -> int | None:
        """Bytes in the file, None when there is none."""
        try:
            return self.path(upload_id).stat().st_size
        except FileNotFoundError:
            return None

    def remove(self, upload_id: str) -> None:
        """Harmless when it is not there. Whoever writes to it writes to nothing from here on."""
        path = self.path(upload_id)
        path.with_name(path.name + HANDOVER).unlink(missing_ok=True)
        path.unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        return (path.name for path in self.folder.iterdir())

    def free_bytes(self) -> int:
        return shutil.disk_usage(self.folder).free

    @contextmanager
    def second_name(self, upload_id: str) -> Iterator[Path]:
        """Another name of the file, for the storage to take away.

        The first name stays until the database knows the recording: a process that dies in
        between has lost nothing. Where a file cannot have two names, it is the first one.
        """
        path = self.path(upload_id)
        other = path.with_name(path.name + HANDOVER)
        try:
            other.unlink(missing_ok=True)
            os.link(path, other)
        except OSError:
            yield path
            return
        try:
            yield other
        finally:
            other.unlink(missing_ok=True)


class SpoolFile:
    """A file that nobody else writes to until it is closed."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @property
    def length(self) -> int:
        return os.fstat(self._descriptor).st_size

    def cut(self, length: int) -> None:
        """Drop what lies behind `length`."""
        if self.length > length:
            os.ftruncate(self._descriptor, length)

    def write(self, data: bytes, offset: int) -> None:
        """Raises `StorageFull`; what was written before stays."""
        view = memoryview(data)
        try:
            while view:
                written = os.pwrite(self._descriptor, view, offset)
                view, offset = view[written:], offset + written
        except OSError as error:
            raise _explained(error) from error

    def flush(self) -> None:
        """What was written survives a power cut from here on. Raises `StorageFull`."""
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            raise _explained(error) from error

    def read(self, length: int, offset: int = 0) -> bytes:
        return os.pread(self._descriptor, length, offset)

    def close(self) -> None:
        os.close(self._descriptor)


def gone() -> Gone:
    return Gone(
        code="upload_gone",
        detail="What had arrived of this upload is no longer here: it was cancelled, or waited for"
        " too long. Recordings and transcripts are safe; send the file again from its beginning.",
        headers=ALWAYS,
    )


def storage_full() -> StorageFull:
    return StorageFull(
        code="storage_full",
        detail="The disk of the server is full. What has arrived of this upload is kept, and so is"
        " everything else; free some space and send the rest.",
        headers=ALWAYS,
    )


def _explained(error: OSError) -> Exception:
    return storage_full() if is_full(error) else error
