"""Files of adapters in the storage, each under its sum."""

from __future__ import annotations

from collections.abc import Callable

from app.storage.base import ObjectMissing, Storage


def adapter_key(sha256: str) -> str:
    """Where the storage has the adapter with this sum."""
    return f"adapters/{sha256}"


def keep(storage: Storage, sha256: str, read: Callable[[], bytes]) -> str:
    """The adapter's key in the storage; its content is read and copied when it is new there.

    Raises OSError, `NoSpace`, `StorageAway`.
    """
    key = adapter_key(sha256)
    try:
        storage.stat(key)
    except ObjectMissing:
        writer = storage.create(key)
        try:
            writer.write(read())
            writer.commit()
        except BaseException:
            writer.abort()
            raise
    return key
