"""What is particular about a folder: rights, a full disk, another file system."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from app.storage import local
from app.storage.base import NoSpace
from app.storage.local import LocalStorage
from tests.support.disks import small_disk

pytestmark = pytest.mark.chapter(28)

MIB = 1024**2


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path / "storage")


def files(storage: LocalStorage) -> list[Path]:
    return [path for path in storage.root.rglob("*") if path.is_file()]


def test_others_on_the_computer_cannot_read_it(storage: LocalStorage) -> None:
    writer = storage.create("recordings/a")
    writer.commit()
    path = storage.root / "recordings" / "a"
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_a_file_on_another_file_system_is_copied(
    storage: LocalStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "upload"
    path.write_bytes(b"data")
    into_place = local._into_place

    def elsewhere(source: Path, target: Path) -> None:
        if source == path:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        into_place(source, target)

    monkeypatch.setattr(local, "_into_place", elsewhere)
    storage.adopt(path, "recordings/a")
    assert not path.exists()
    assert (storage.root / "recordings" / "a").read_bytes() == b"data"
    assert len(files(storage)) == 1


@pytest.mark.chapter(13)
def test_a_full_disk_removes_what_was_being_written(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", MIB * 4) as disk:
        fill(LocalStorage(disk / "storage"), tmp_path / "upload")


def fill(storage: LocalStorage, upload: Path) -> None:
    writer = storage.create("recordings/a")
    writer.write(bytes(3 * MIB))
    with pytest.raises(NoSpace):
        for _ in range(4):
            writer.write(bytes(MIB))
    assert files(storage) == []
    upload.write_bytes(bytes(5 * MIB))
    with pytest.raises(NoSpace):
        storage.adopt(upload, "recordings/a")
    assert upload.stat().st_size == 5 * MIB
    assert files(storage) == []
    writer = storage.create("recordings/b")
    writer.write(bytes(3 * MIB))
    writer.commit()
    assert storage.size("recordings/b") == 3 * MIB
