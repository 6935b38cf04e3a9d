"""Storages and whole processes: memory that does not grow, and a kill in the middle of a write."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.clock import put_forward
from app.settings import REPOSITORY
from app.storage.s3 import ABANDONED_S
from tests.support.places import Place

MIB = 1024**2
SIZE = 100 * MIB
BOUND = 32 * MIB
"""Three parts of 8 MiB being written, and what libraries keep; a reader holds 4 MiB."""

_START = """
import json, os, sys, time
from pathlib import Path
from app.settings import Settings
from app.storage.opener import open_storage
MIB = 1024**2
storage = open_storage(Settings(home=Path(sys.argv[1])))
def peak():
    # Not getrusage: its maximum is inherited from the process that started this one
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
def write(key, mib):
    writer = storage.create(key)
    block = bytearray(os.urandom(MIB))
    for number in range(mib):
        block[:4] = number.to_bytes(4, "big")
        writer.write(bytes(block))
    return writer
"""
_LARGE_OBJECT = """
write("recordings/warm", 1).commit()
list(storage.read("recordings/warm", 0, MIB))
before, told = peak(), {}
write("recordings/large", 100).commit()
told["write"] = peak() - before
length = sum(len(piece) for piece in storage.read("recordings/large", 0, 100 * MIB))
told["read"] = peak() - before
with storage.open("recordings/large") as file:
    while piece := file.read(MIB):
        length += len(piece)
told["open"] = peak() - before
with storage.local_file("recordings/large") as file:
    length += os.fstat(file.fileno()).st_size
told["local_file"] = peak() - before
copy = Path(sys.argv[1]) / "copy"
with copy.open("wb") as file:
    for number in range(100):
        file.write(bytes(MIB))
storage.adopt(copy, "recordings/adopted")
told["adopt"] = peak() - before
print(json.dumps([length, told]))
"""
_HALF = """
write("recordings/half", 30)
print("written", flush=True)
time.sleep(600)
"""


def start(place: Place, program: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", _START + program, str(place.home)],
        cwd=REPOSITORY,
        env={**os.environ, "TMPDIR": str(place.home)},
        stdout=subprocess.PIPE,
    )


@pytest.mark.slow
@pytest.mark.chapter(12)
@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_memory_does_not_grow_with_the_object(place: Place) -> None:
    with start(place, _LARGE_OBJECT) as process:
        output, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    length, told = json.loads(output)
    assert length == 3 * SIZE
    assert max(told.values()) < BOUND, {use: peak // MIB for use, peak in told.items()}
    assert place.storage.size("recordings/adopted") == SIZE


@pytest.mark.chapter(13)
def test_a_kill_in_the_middle_of_a_write_leaves_nothing_for_long(place: Place) -> None:
    with start(place, _HALF) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"written\n"
        process.kill()
    assert place.unfinished() == 1
    assert list(place.storage.keys()) == []
    try:
        put_forward(ABANDONED_S + 60)
        [left] = place.storage.half_written()
        place.storage.discard(left)
        place.storage.discard(left)
    finally:
        put_forward(0)
    assert place.unfinished() == 0
    assert place.files() == []
    assert list(Path(place.home).glob("tmp*")) == []
