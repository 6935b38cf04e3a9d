"""A customer's adapter, from the storage to this machine."""

from __future__ import annotations

from pathlib import Path

from app.models.names import adapter_of
from app.storage.base import Storage
from worker.models.store import find_adapter, put_adapter


def fetch_adapter(name: str, storage: Storage, models_dir: Path) -> None:
    """Copy the adapter that `name` wants, where this machine does not have it yet.

    Raises `BadAdapter` when what the storage has is none, and the storage's own errors.
    """
    digits = adapter_of(name)
    if digits is None or find_adapter(digits, models_dir) is not None:
        return
    for key in storage.keys("adapters/"):
        if key.startswith(f"adapters/{digits}"):
            with storage.open(key) as file:
                put_adapter(file.read(), models_dir)
            return
