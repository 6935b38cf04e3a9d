"""One object on its way into a bucket: small ones in one request, large ones in parts."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from app.storage.base import NoSpace, StorageAway
from app.storage.faulty import MayWrite
from app.storage.s3_errors import told
from app.storage.s3_uploads import UnfinishedUploads

logger = logging.getLogger("lectern.storage")

PART_BYTES = 8 * 1024 * 1024
"""S3 takes 10,000 parts: objects of up to 78 GiB."""
PARTS_UNDERWAY = 2
"""A writer holds these and one that is being filled: 24 MiB, whatever the object's size."""


class S3Writer:
    """Appends to a multipart upload that S3 shows to nobody before it is completed."""

    def __init__(
        self, store: S3Store, key: str, uploads: UnfinishedUploads | None, may_write: MayWrite
    ) -> None:
        self._key = key
        self._uploads = uploads
        self._may_write = may_write
        self._over = False
        self._writer = obstore.open_writer(
            store, key, buffer_size=PART_BYTES, max_concurrency=PARTS_UNDERWAY
        )

    def write(self, data: bytes) -> None:
        with self._or_nothing():
            self._may_write()
            with told(self._key):
                self._writer.write(data)

    def commit(self, *, durable: bool = True) -> None:
        """A completed object is as durable as the server makes it; `durable` changes nothing."""
        with self._or_nothing():
            self._may_write()
            with told(self._key):
                self._writer.close()
        self._over = True

    def abort(self) -> None:
        if self._over:
            return
        self._over = True
        aborting = BaseException("aborted")
        try:
            self._writer.__exit__(type(aborting), aborting, None)
        except (BaseError, OSError):
            # A failed completion cannot be aborted by obstore, nor can what the server hides now
            self._remove_parts()

    def _remove_parts(self) -> None:
        if self._uploads is None:
            return
        try:
            for upload in self._uploads.below(self._key):
                self._uploads.abort(upload)
        except StorageAway as error:
            logger.warning("parts of %s stay until they are swept: %s", self._key, error.why)

    @contextmanager
    def _or_nothing(self) -> Iterator[None]:
        try:
            yield
        except (NoSpace, StorageAway):
            with suppress(Exception):
                self.abort()
            raise
