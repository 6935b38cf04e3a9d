"""Stored features: found again, bounded, forgotten, never half."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from worker.features.store import STALE_S, FeatureStore

ONE = np.arange(2000, dtype=np.float16).reshape(100, 20)
MINE, YOURS = "recording-mine", "recording-yours"
KEY = "a" * 64
SIZE = ONE.nbytes + 200


def store(folder: Path, *, windows: float = 1000, hours: float = 24.0) -> FeatureStore:
    return FeatureStore(folder / "features", quota_bytes=int(windows * SIZE), hours=hours)


def files(kept: FeatureStore) -> list[Path]:
    return [path for path in kept.folder.rglob("*") if path.is_file()]


def test_what_was_put_comes_back_bit_by_bit(tmp_path: Path) -> None:
    features = np.random.default_rng(1).normal(0, 5, (1050, 512)).astype(np.float16)
    kept = store(tmp_path)
    kept.put(MINE, KEY, features, 0.25)
    found = store(tmp_path).get(MINE, KEY)
    assert found is not None
    assert found.seconds == 0.25
    assert found.features.tobytes() == features.tobytes()
    assert found.features.shape == features.shape
    assert kept.get(YOURS, KEY) is None
    assert kept.get(MINE, "b" * 64) is None


def test_what_is_put_later_is_there_after_a_moment(tmp_path: Path) -> None:
    kept = store(tmp_path)
    for number in range(10):
        kept.put_later(MINE, f"{number:064}", ONE, 0.1)
    kept.flush()
    assert all(kept.get(MINE, f"{number:064}") for number in range(10))


def test_nobody_else_may_read_them(tmp_path: Path) -> None:
    kept = store(tmp_path)
    kept.put(MINE, KEY, ONE, 0.1)
    [file] = files(kept)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("damage", ["flip", "flip the line", "cut", "empty", "text"])
def test_a_damaged_file_is_not_believed_and_goes(tmp_path: Path, damage: str) -> None:
    kept = store(tmp_path)
    kept.put(MINE, KEY, ONE, 0.1)
    [file] = files(kept)
    content = bytearray(file.read_bytes())
    if damage == "flip":
        content[-7] ^= 1
    elif damage == "flip the line":
        content[content.index(b"0.1")] ^= 1
    elif damage == "cut":
        del content[-1:]
    else:
        content[:] = b"" if damage == "empty" else b"[1, 2]\nsomething else"
    file.write_bytes(content)
    assert kept.get(MINE, KEY) is None
    assert files(kept) == []


def test_the_quota_takes_what_was_used_longest_ago(tmp_path: Path) -> None:
    kept = store(tmp_path, windows=4)
    for number in range(4):
        kept.put(MINE, f"{number:064}", ONE, 0.1)
        used = time.time() - 1000 + number
        path = kept.folder / MINE / f"{number:064}.f16"
        os.utime(path, (used, path.stat().st_mtime))
    assert kept.get(MINE, f"{0:064}")
    kept.put(YOURS, KEY, ONE, 0.1)
    there = [number for number in range(4) if kept.get(MINE, f"{number:064}")]
    assert there == [0, 2, 3]
    assert kept.get(YOURS, KEY)
    assert sum(path.stat().st_size for path in files(kept)) <= 4 * SIZE


def test_age_counts_from_the_making_however_often_they_are_used(tmp_path: Path) -> None:
    kept = store(tmp_path, hours=1.0)
    kept.put(MINE, KEY, ONE, 0.1)
    kept.put(YOURS, KEY, ONE, 0.1)
    path = kept.folder / MINE / f"{KEY}.f16"
    os.utime(path, (time.time(), time.time() - 3500))
    assert kept.get(MINE, KEY)
    os.utime(path, (time.time(), time.time() - 3700))
    assert kept.get(MINE, KEY) is None
    kept.expire()
    assert kept.origins() == {YOURS}


def test_what_a_dead_process_was_writing_goes(tmp_path: Path) -> None:
    kept = store(tmp_path)
    kept.put(MINE, KEY, ONE, 0.1)
    old, new = kept.folder / MINE / ".writing-old", kept.folder / MINE / ".writing-new"
    old.write_bytes(b"half")
    new.write_bytes(b"half")
    os.utime(old, (time.time() - STALE_S - 1,) * 2)
    kept.expire()
    assert not old.exists()
    assert new.exists()
    assert kept.get(MINE, KEY)


@pytest.mark.chapter(28)
def test_forgetting_leaves_nothing_of_one_and_all_of_the_others(tmp_path: Path) -> None:
    kept = store(tmp_path)
    kept.put(MINE, KEY, ONE, 0.1)
    (kept.folder / MINE / ".writing-x").write_bytes(b"half")
    kept.put(YOURS, KEY, ONE, 0.1)
    kept.forget(MINE)
    kept.forget(MINE)
    assert kept.origins() == {YOURS}
    assert kept.get(YOURS, KEY)


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", ".hidden", "a\0b", "x" * 200])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name"):
        store(tmp_path).put(name, KEY, ONE, 0.1)


def test_a_disk_that_is_nearly_full_keeps_its_room(tmp_path: Path) -> None:
    kept = FeatureStore(tmp_path / "f", quota_bytes=SIZE, hours=1.0, min_free_bytes=2**60)
    kept.put(MINE, KEY, ONE, 0.1)
    assert files(kept) == []


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "features").write_text("not a folder")
    kept = store(tmp_path)
    kept.put_later(MINE, KEY, ONE, 0.1)
    kept.flush()
    assert kept.get(MINE, KEY) is None


_WRITE = """
import sys
from pathlib import Path
import numpy as np
from worker.features.store import FeatureStore
store = FeatureStore(Path(sys.argv[1]), quota_bytes=10**6, hours=1.0)
whole = 0
for turn in range(150):
    key = f"{turn % 5:064}"
    store.put("recording-x", key, np.full((50, 20), turn % 5, dtype=np.float16), 0.1)
    found = store.get("recording-x", key)
    whole += found is not None and bool((found.features == turn % 5).all())
    if turn % 10 == int(sys.argv[2]):
        store.forget("recording-x")
print(whole)
"""


def test_processes_at_once_never_see_half_an_entry(tmp_path: Path) -> None:
    """They write, read and forget the same windows; what they find is whole."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITE, str(tmp_path / "features"), str(number)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(3)
    ]
    for process in running:
        out, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        assert "damaged" not in errors
        assert int(out) > 50
