"""The files of unfinished uploads: one writer, bytes that count, room that runs out."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
from pathlib import Path

import pytest

from app.errors import Gone, StorageFull
from app.uploads.protocol import Busy
from app.uploads.spool import Spool


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    made = Spool(tmp_path / "uploads")
    with made.create("up_1"):
        pass
    return made


def test_nobody_else_may_write_until_the_file_is_closed(spool: Spool) -> None:
    file = spool.claim("up_1")
    with pytest.raises(Busy):
        spool.claim("up_1")
    file.close()
    spool.claim("up_1").close()


def test_a_new_file_is_locked_until_its_row_exists(spool: Spool) -> None:
    with spool.create("up_2"), pytest.raises(Busy):
        spool.claim("up_2")
    spool.claim("up_2").close()


def test_the_lock_of_a_dead_process_is_gone_with_it(spool: Spool) -> None:
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        spool.claim("up_1")
        os.write(write, b"x")
        signal.pause()
    assert os.read(read, 1) == b"x"
    with pytest.raises(Busy):
        spool.claim("up_1")
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    spool.claim("up_1").close()


def test_a_file_that_was_removed_meanwhile_is_not_claimed(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = fcntl.flock

    def removed_first(descriptor: int, how: int) -> None:
        spool.remove("up_1")
        spool.path("up_1").touch()  # somebody else's by now
        lock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", removed_first)
    with pytest.raises(Gone):
        spool.claim("up_1")


def test_what_lies_behind_the_offset_is_cut(spool: Spool) -> None:
    file = spool.claim("up_1")
    file.write(b"abcdef", 0)
    file.cut(4)
    file.write(b"EF", 4)
    file.flush()
    assert file.read(100) == b"abcdEF"
    file.cut(100)
    assert spool.length("up_1") == 6
    file.close()


@pytest.mark.chapter(13)
def test_a_full_disk_is_said_in_words(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    file = spool.claim("up_1")

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(StorageFull, match="What has arrived of this upload is kept"):
        file.write(b"x", 0)
    file.close()


@pytest.mark.chapter(28)
@pytest.mark.parametrize("name", ["../token", "a/b", "..", "", "up_1\0"])
def test_no_name_leaves_the_folder(spool: Spool, name: str) -> None:
    with pytest.raises(ValueError, match="not the id of an upload"):
        spool.path(name)


def test_the_storage_takes_a_second_name(spool: Spool) -> None:
    spool.path("up_1").write_bytes(b"sound")
    with spool.second_name("up_1") as path:
        assert path.read_bytes() == b"sound"
        path.rename(spool.folder / "taken")
    assert spool.path("up_1").read_bytes() == b"sound"


def test_without_second_names_it_takes_the_first(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def impossible(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", impossible)
    with spool.second_name("up_1") as path:
        assert path == spool.path("up_1")
