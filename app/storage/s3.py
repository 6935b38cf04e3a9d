"""Storage in a bucket of any server that speaks S3.

Objects are private unless the bucket's own policy says otherwise: no ACL is ever sent.
"""

from __future__ import annotations

import io
import logging
import tempfile
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import obstore
from obstore.store import S3Store

from app.clock import now
from app.storage.base import (
    PIECE_BYTES,
    NoSpace,
    ObjectMissing,
    StoredObject,
    checked,
    is_full,
    is_key,
    move_into,
)
from app.storage.faulty import MayWrite, always, refuses
from app.storage.s3_errors import told
from app.storage.s3_uploads import UnfinishedUploads, Upload
from app.storage.s3_writer import S3Writer

logger = logging.getLogger("lectern.storage")

READ_BYTES = 4 * 1024 * 1024
"""Most that one request asks for: what a reader holds, however long it pauses in between."""
ABANDONED_S = 24 * 3600.0
"""A multipart upload says when it began, not when its last part came; slow ones may take long."""


class S3Storage:
    """Objects lie in the bucket under the store's prefix and their key.

    `impatient` is the same store without retries. `uploads` finds what killed writers left; without
    it, a lifecycle rule of the bucket must.
    """

    def __init__(
        self,
        store: S3Store,
        impatient: S3Store,
        spool: Path,
        uploads: UnfinishedUploads | None = None,
        may_write: MayWrite = always,
    ) -> None:
        self._store = store
        self._impatient = impatient
        self._spool = spool
        self._uploads = uploads
        self._may_write = may_write
        self._bucket_seen = False
        spool.mkdir(parents=True, exist_ok=True, mode=0o700)

    def create(self, key: str) -> S3Writer:
        return S3Writer(self._store, checked(key), self._uploads, self._may_write)

    def adopt(self, path: Path, key: str) -> None:
        move_into(self.create(key), path)

    def open(self, key: str) -> BinaryIO:
        return cast(BinaryIO, io.BufferedReader(_RangedFile(self, self.stat(key)), PIECE_BYTES))

    def read(self, key: str, start: int, end: int) -> Iterator[bytes]:
        checked(key)
        while start < end:
            piece = self.range(key, start, min(start + READ_BYTES, end))
            start += len(piece)
            yield piece

    def range(self, key: str, start: int, end: int) -> bytes:
        """Bytes `start` to `end`, in one request."""
        with told(key):
            return bytes(obstore.get_range(self._store, key, start=start, end=end))

    @contextmanager
    def local_file(self, key: str) -> Iterator[BinaryIO]:
        """A copy without a name: it is gone when the block ends, even by a kill."""
        size = self.size(key)
        with tempfile.TemporaryFile(dir=self._spool, buffering=0) as copy:
            for piece in self.read(key, 0, size):
                try:
                    copy.write(piece)
                except OSError as error:
                    if is_full(error):
                        raise NoSpace(f"copying {key} to {self._spool}: {error}") from error
                    raise
            copy.seek(0)
            yield cast(BinaryIO, copy)

    def stat(self, key: str) -> StoredObject:
        try:
            with told(checked(key)):
                found = obstore.head(self._store, key)
        except ObjectMissing:
            self._see_bucket()
            raise
        return StoredObject(key, found["size"], found["last_modified"].timestamp())

    def _see_bucket(self) -> None:
        """The answer to HEAD is the same whether the object is missing or its whole bucket."""
        if not self._bucket_seen:
            _list_nothing(self._store)
            self._bucket_seen = True

    def size(self, key: str) -> int:
        return self.stat(key).size

    def delete(self, key: str) -> None:
        try:
            with told(checked(key)):
                obstore.delete(self._store, key)
        except ObjectMissing:
            self._see_bucket()

    def keys(self, prefix: str = "") -> Iterator[str]:
        return (found.key for found in self.objects(prefix))

    def objects(self, prefix: str = "") -> Iterator[StoredObject]:
        folder = prefix.rpartition("/")[0]
        with told():
            for page in obstore.list(self._store, folder or None, chunk_size=1000):
                for found in page:
                    key = found["path"]
                    # Others may keep things in this bucket
                    if key.startswith(prefix) and is_key(key):
                        yield StoredObject(key, found["size"], found["last_modified"].timestamp())

    def free_bytes(self) -> int | None:
        return 0 if refuses(self._may_write) else None

    def check(self) -> None:
        _list_nothing(self._impatient)

    def half_written(self) -> dict[str, Hashable]:
        """Multipart uploads begun long ago: the bucket does not tell when the last part came."""
        if self._uploads is None:
            return {}
        before_s = now().timestamp() - ABANDONED_S
        return {
            f"{upload.id} {upload.path}": upload.begun_s
            for upload in self._uploads.below()
            if upload.begun_s < before_s
        }

    def discard(self, name: str) -> None:
        if self._uploads is not None:
            upload_id, _, path = name.partition(" ")
            self._uploads.abort(Upload(path, upload_id, 0.0))


def _list_nothing(store: S3Store) -> None:
    """The least that needs a bucket and the right to see into it."""
    with told():
        obstore.list_with_delimiter(store, "none")


class _RangedFile(io.RawIOBase):
    """An object as a seekable file; nothing is asked for before it is read."""

    def __init__(self, storage: S3Storage, found: StoredObject) -> None:
        super().__init__()
        self._storage = storage
        self._found = found
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._found.size}[whence]
        if base + offset < 0:
            raise ValueError(f"negative position {base + offset}")
        self._at = base + offset
        return self._at

    def readall(self) -> bytes:
        rest = b"".join(self._storage.read(self._found.key, self._at, self._found.size))
        self._at += len(rest)
        return rest

    def readinto(self, buffer: object, /) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        end = min(self._at + min(len(view), READ_BYTES), self._found.size)
        if end <= self._at:
            return 0
        piece = self._storage.range(self._found.key, self._at, end)
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)
