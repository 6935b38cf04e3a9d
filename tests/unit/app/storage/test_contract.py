"""What every storage does: the same tests over a folder and over a bucket of a real server."""

from __future__ import annotations

import io
import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from app.storage.base import NoSpace, ObjectMissing, Storage
from app.storage.local import LocalStorage
from tests.support.places import Place

pytestmark = pytest.mark.chapter(28)

MIB = 1024**2
SMALL, LARGE = b"half and half", os.urandom(20 * MIB)
"""In one request, and in parts."""
NOT_KEYS = [
    *("../token", "recordings/../../token", "/etc/passwd", "recordings/a/..", "recordings", ""),
    *("recordings/a\0", "recordings//a", "recordings/a\n", "other/a", "recordings/a?uploads"),
]


@pytest.mark.parametrize("data", [b"", SMALL, LARGE], ids=["empty", "small", "large"])
def test_an_object_is_seen_only_when_it_is_complete(place: Place, data: bytes) -> None:
    storage = place.storage
    writer = storage.create("recordings/a")
    for start in range(0, len(data), MIB):
        writer.write(data[start : start + MIB])
    assert list(storage.keys()) == []
    for use in (storage.open, storage.stat, storage.size):
        with pytest.raises(ObjectMissing):
            use("recordings/a")
    writer.commit()
    writer.abort()
    assert list(storage.keys("recordings/")) == ["recordings/a"]
    with storage.open("recordings/a") as file:
        assert file.read() == data
    assert storage.size("recordings/a") == len(data)
    assert abs(storage.stat("recordings/a").modified_s - time.time()) < 5
    assert place.unfinished() == 0
    storage.delete("recordings/a")
    storage.delete("recordings/a")
    assert place.files() == []


@pytest.mark.parametrize("data", [SMALL, LARGE], ids=["small", "large"])
def test_an_aborted_object_leaves_nothing(place: Place, data: bytes) -> None:
    writer = place.storage.create("recordings/a")
    writer.write(data)
    writer.abort()
    writer.abort()
    assert place.files() == []
    assert place.unfinished() == 0


@pytest.mark.parametrize("key", NOT_KEYS)
def test_no_key_leads_elsewhere(storage: Storage, key: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"data")
    uses = [storage.create, storage.open, storage.stat, storage.size, storage.delete]
    uses += [lambda key: storage.adopt(path, key), lambda key: list(storage.read(key, 0, 1))]
    for use in uses:
        with pytest.raises(ValueError, match="not a storage key"):
            use(key)
    assert path.read_bytes() == b"data"


def test_what_is_not_there_is_missing(storage: Storage) -> None:
    key = "recordings/none"
    for use in (storage.open, storage.stat, storage.size):
        with pytest.raises(ObjectMissing):
            use(key)
    with pytest.raises(ObjectMissing):
        list(storage.read(key, 0, 1))
    with pytest.raises(ObjectMissing), storage.local_file(key):
        pass
    storage.delete(key)
    assert list(storage.keys("windows/")) == []


def test_any_part_can_be_read(place: Place) -> None:
    place.store("recordings/a", LARGE)
    size = len(LARGE)
    for start, end in [(0, 1), (0, size), (5 * MIB - 1, 13 * MIB + 7), (size - 1, size), (9, 9)]:
        pieces = list(place.storage.read("recordings/a", start, end))
        assert b"".join(pieces) == LARGE[start:end]
        assert max(map(len, pieces), default=0) <= 4 * MIB


def test_an_open_object_is_a_seekable_file(place: Place) -> None:
    place.store("recordings/a", LARGE)
    same = io.BytesIO(LARGE)
    with place.storage.open("recordings/a") as file:
        for at, whence, length in [(0, 0, 10), (7 * MIB, 0, 100), (-50, 2, 80), (-30, 1, 20)]:
            assert file.seek(at, whence) == same.seek(at, whence)
            assert file.read(length) == same.read(length)
            assert file.tell() == same.tell()
        file.seek(3)
        same.seek(3)
        assert file.read() == same.read()
        assert file.read(1) == b""


def test_the_decoder_gets_a_descriptor(place: Place) -> None:
    place.store("recordings/a", LARGE)
    with place.storage.local_file("recordings/a") as file:
        descriptor = file.fileno()
        assert os.fstat(descriptor).st_size == len(LARGE)
        assert os.pread(descriptor, 100, 9 * MIB) == LARGE[9 * MIB : 9 * MIB + 100]
        assert file.tell() == 0
        spool = place.home / "spool"
        assert not spool.exists() or list(spool.iterdir()) == [], "a kill would leave a copy"


def test_a_finished_file_is_taken_over(place: Place, tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(LARGE)
    os.utime(path, (0, 0))
    inode = path.stat().st_ino
    place.storage.adopt(path, "recordings/a")
    assert not path.exists()
    with place.storage.open("recordings/a") as file:
        assert file.read() == LARGE
    # Old objects without a row are swept: its age begins now
    assert abs(place.storage.stat("recordings/a").modified_s - time.time()) < 5
    if isinstance(place.storage, LocalStorage):
        stored = (place.storage.root / "recordings/a").stat()
        assert stored.st_ino == inode, "it was copied"
        assert stored.st_mode & 0o077 == 0


def test_a_file_that_cannot_be_taken_over_stays(place: Place, tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(LARGE)
    place.full = True
    with pytest.raises(NoSpace):
        place.storage.adopt(path, "recordings/a")
    assert path.read_bytes() == LARGE
    assert place.files() == []
    place.full = False
    with pytest.raises(FileNotFoundError):
        place.storage.adopt(tmp_path / "none", "recordings/a")


@pytest.mark.slow
def test_many_keys_are_all_listed(place: Place) -> None:
    numbers = range(2500)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: place.store(f"windows/job/{n:04}", b"x" * (n % 7)), numbers))
    place.store("windows/jobs/0", b"")
    place.store("recordings/a", b"")
    assert sorted(place.storage.keys("windows/job/")) == [f"windows/job/{n:04}" for n in numbers]
    found = {each.key: each.size for each in place.storage.objects("windows/job/1")}
    assert found == {f"windows/job/{n}": n % 7 for n in range(1000, 2000)}
    assert len(list(place.storage.keys())) == 2502


def test_what_others_keep_there_is_not_listed(place: Place) -> None:
    place.store("recordings/a", b"ours")
    for name in ("recordings/talk.mp3", "other/b", "readme"):
        place.put_raw(name, b"theirs")
    assert len(place.files()) == 4
    assert list(place.storage.keys()) == ["recordings/a"]


def test_many_read_and_write_at_once(place: Place) -> None:
    def one(number: int) -> bool:
        key, data = f"recordings/{number}", LARGE[number : number + 9 * MIB]
        place.store(key, data)
        with place.storage.open(key) as file:
            return file.read() == data

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(one, range(16)))
    assert len(list(place.storage.keys())) == 16
    assert place.unfinished() == 0


def test_readers_of_an_object_being_deleted_get_it_or_learn_that_it_is_gone(place: Place) -> None:
    place.store("recordings/a", LARGE)
    pieces = place.storage.read("recordings/a", 0, len(LARGE))
    first = next(pieces)
    place.storage.delete("recordings/a")
    with suppress(ObjectMissing):
        assert first + b"".join(pieces) == LARGE


@pytest.mark.chapter(13)
@pytest.mark.parametrize("data", [SMALL, LARGE], ids=["small", "large"])
def test_a_full_storage_keeps_nothing_of_what_is_being_written(place: Place, data: bytes) -> None:
    writer = place.storage.create("recordings/a")
    writer.write(data)
    place.full = True
    assert place.storage.free_bytes() == 0
    with pytest.raises(NoSpace):
        writer.write(data)
        writer.commit()
    assert place.files() == []
    assert place.unfinished() == 0
    place.full = False
    place.store("recordings/a", data)
    assert place.storage.size("recordings/a") == len(data)
