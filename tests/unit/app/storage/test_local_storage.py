"""Local storage: whole objects or none, under keys that cannot leave the folder."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from app.storage.base import NoSpace, ObjectMissing
from app.storage.local import LocalStorage

pytestmark = pytest.mark.chapter(28)


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path / "storage")


def files(storage: LocalStorage) -> list[Path]:
    return [path for path in storage.root.rglob("*") if path.is_file()]


def test_an_object_is_seen_only_when_it_is_complete(storage: LocalStorage) -> None:
    writer = storage.create("recordings/a")
    writer.write(b"half")
    assert list(storage.keys()) == []
    with pytest.raises(ObjectMissing):
        storage.open("recordings/a")
    writer.write(b" and half")
    writer.commit()
    writer.abort()
    assert list(storage.keys("recordings/")) == ["recordings/a"]
    with storage.open("recordings/a") as file:
        assert file.read() == b"half and half"
    assert storage.size("recordings/a") == 13
    storage.delete("recordings/a")
    storage.delete("recordings/a")
    assert files(storage) == []


def test_an_aborted_object_leaves_nothing(storage: LocalStorage) -> None:
    writer = storage.create("recordings/a")
    writer.write(b"half")
    writer.abort()
    assert files(storage) == []


@pytest.mark.parametrize(
    "key", ["../token", "recordings/../../token", "/etc/passwd", "recordings/a/..", "x", "", "a/\0"]
)
def test_no_key_leads_out_of_the_folder(storage: LocalStorage, key: str) -> None:
    for use in (storage.create, storage.open, storage.path, storage.size, storage.delete):
        with pytest.raises(ValueError, match="not a storage key"):
            use(key)


def test_others_on_the_computer_cannot_read_it(storage: LocalStorage) -> None:
    writer = storage.create("recordings/a")
    writer.commit()
    assert storage.path("recordings/a").stat().st_mode & 0o077 == 0
    assert storage.path("recordings/a").parent.stat().st_mode & 0o077 == 0


def test_a_full_disk_removes_what_was_being_written(
    storage: LocalStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = storage.create("recordings/a")

    class Full:
        def write(self, _data: bytes) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        def close(self) -> None:
            real.close()

    real = writer._file
    monkeypatch.setattr(writer, "_file", Full())
    with pytest.raises(NoSpace):
        writer.write(b"data")
    assert files(storage) == []


def test_what_a_killed_process_left_is_swept_when_it_is_old(storage: LocalStorage) -> None:
    writer = storage.create("recordings/a")
    writer.write(b"half")
    [left] = files(storage)
    written = left.stat().st_mtime
    assert storage.sweep_unfinished(3600, written + 10) == 0
    assert storage.sweep_unfinished(3600, written + 3601) == 1
    assert files(storage) == []
    writer.abort()
