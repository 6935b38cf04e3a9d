"""What an S3 server or the way to it said, in the words of the storage interface."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

from app.storage.base import NoSpace, ObjectMissing, StorageAway, StorageRefused

_STATUS = re.compile(r"status code: (\d{3})")
_CODE = re.compile(r"<Code>(\w+)</Code>")
_FULL_CODES = frozenset({"XMinioStorageFull", "QuotaExceeded", "XMinioAdminBucketQuotaExceeded"})
"""MinIO's and Ceph's; Amazon's storage does not fill up."""
_FULL_STATUS = 507
_REFUSED_STATUSES = frozenset({400, 401, 403, 404, 405, 411, 501})
_WHY_LENGTH = 400


@contextmanager
def told(key: str = "") -> Iterator[None]:
    """Translate the errors of obstore calls, of which the block has nothing else.

    Raises `ObjectMissing`, `NoSpace`, `StorageRefused`, or `StorageAway` for all that may be
    better soon: no connection, timeouts, answers of 500 and above.
    """
    try:
        yield
    except (BaseError, OSError) as error:
        raise translated(error, key) from error


def translated(error: Exception, key: str) -> Exception:
    """The exception of ours that says the same."""
    text = str(error)
    # Behind its first paragraph obstore repeats everything for developers
    why = " ".join(text.partition("\n\nDebug source")[0].split())[:_WHY_LENGTH]
    status = int(found[1]) if (found := _STATUS.search(text)) else None
    code = found[1] if (found := _CODE.search(text)) else None
    if status == _FULL_STATUS or code in _FULL_CODES:
        return NoSpace(why)
    if code == "NoSuchBucket":
        return StorageRefused(why)
    if code == "NoSuchUpload":
        return StorageAway(f"it has forgotten the parts it was sent: {why}")
    if isinstance(error, FileNotFoundError):
        return ObjectMissing(key)
    if isinstance(error, PermissionDeniedError | UnauthenticatedError | PermissionError):
        return StorageRefused(why)
    return StorageRefused(why) if status in _REFUSED_STATUSES else StorageAway(why)
