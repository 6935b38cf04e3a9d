"""A storage of either kind, and a look behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import obstore

from app.settings import Settings
from app.storage.base import NoSpace, Storage
from app.storage.local import LocalStorage
from app.storage.opener import open_storage
from app.storage.s3 import S3Storage
from tests.support.s3 import S3Server


@dataclass(slots=True)
class Place:
    """Opened as the environment says at this moment."""

    home: Path
    server: S3Server | None = None
    prefix: str = ""
    full: bool = False
    storage: Storage = field(init=False)

    def __post_init__(self) -> None:
        self.storage = open_storage(Settings(home=self.home), self._may_write)

    def _may_write(self) -> None:
        if self.full:
            raise NoSpace("said the test")

    def files(self) -> list[str]:
        """What lies on the disk in the end, whatever the storage says; complete or not."""
        if self.server is not None:
            return self.server.files(self.prefix)
        root = self.home / "storage"
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())

    def unfinished(self) -> int:
        """How many objects are being written, by anybody."""
        if isinstance(self.storage, LocalStorage):
            return len(list(self.storage.unfinished.iterdir()))
        assert isinstance(self.storage, S3Storage) and self.storage._uploads is not None
        return len(list(self.storage._uploads.below()))

    def store(self, key: str, data: bytes) -> None:
        writer = self.storage.create(key)
        writer.write(data)
        writer.commit()

    def put_raw(self, name: str, data: bytes) -> None:
        """As somebody else who uses the same folder or bucket."""
        if isinstance(self.storage, S3Storage):
            obstore.put(self.storage._store, name, data)
            return
        path = self.home / "storage" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
