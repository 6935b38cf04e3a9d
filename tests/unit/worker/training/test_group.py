"""A command with all it starts: paused as one, and never left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.killable import CHECKOUT, wait_for
from worker.training.group import Group
from worker.training.guardian import LOWEST

# A command with a child of its own, each counting on into a file
COUNTING = """
import subprocess, sys, time
if len(sys.argv) > 2:
    subprocess.Popen([sys.executable, "-c", open(sys.argv[1]).read(), sys.argv[1]])
    print("begun", flush=True)
path = sys.argv[1] + (".first" if len(sys.argv) > 2 else ".second")
number = 0
while True:
    number += 1
    with open(path, "w") as file:
        file.write(str(number))
    time.sleep(0.01)
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "count"
    path.write_text(COUNTING)
    return path


@pytest.fixture
def group(program: Path, tmp_path: Path) -> Iterator[Group]:
    command = [sys.executable, "-c", COUNTING, str(program), "first"]
    with Group(command, tmp_path) as running:
        wait_for(lambda: min(counts(program)) > 0)
        yield running


def counts(program: Path) -> tuple[int, int]:
    def one(name: str) -> int:
        try:
            return int(program.with_suffix(name).read_text() or 0)
        except OSError:
            return 0

    return one(".first"), one(".second")


def processes(program: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            line = process.cmdline()
            if str(program) in line and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


@pytest.mark.chapter(12)
def test_paused_nothing_of_it_runs_and_it_goes_on_where_it_was(group: Group, program: Path) -> None:
    group.pause()
    time.sleep(0.2)
    before = counts(program)
    time.sleep(0.5)
    assert counts(program) == before
    group.go_on()
    wait_for(lambda: all(now > was for now, was in zip(counts(program), before, strict=True)))


def test_it_has_the_lowest_priority_and_is_read_line_by_line(group: Group, program: Path) -> None:
    assert list(group.lines(5)) == ["begun\n"]
    commands = [p for p in processes(program) if "worker.training.guardian" not in p.cmdline()]
    assert len(commands) == 2
    assert {process.nice() for process in commands} == {LOWEST}


def test_leaving_it_ends_all_of_it(program: Path, tmp_path: Path) -> None:
    with Group([sys.executable, "-c", COUNTING, str(program), "first"], tmp_path) as running:
        wait_for(lambda: min(counts(program)) > 0)
        running.pause()
    wait_for(lambda: not processes(program), 5)


def test_its_end_and_its_exit_code_are_seen(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('said'); raise SystemExit(3)"]
    with Group(command, tmp_path) as running:
        said: list[str] = []
        until = time.monotonic() + 20
        while running.runs and time.monotonic() < until:
            said += running.lines(0.1)
    assert said == ["said\n"]
    assert running.code == 3


HOLDER = """
import sys, time
from pathlib import Path
from worker.training.group import Group
with Group(sys.argv[2:], Path(sys.argv[1])) as group:
    next(group.lines(30))
    PAUSE
    print("holds", flush=True)
    time.sleep(600)
"""


@pytest.mark.chapter(13)
@pytest.mark.parametrize("paused", [False, True])
@pytest.mark.parametrize("victim", ["holder", "guardian"])
def test_whoever_is_killed_nothing_goes_on_in_the_dark(
    program: Path, tmp_path: Path, paused: bool, victim: str
) -> None:
    command = [sys.executable, "-c", COUNTING, str(program), "first"]
    holder = HOLDER.replace("PAUSE", "group.pause()" if paused else "pass")
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(tmp_path), *command],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "holds\n"
        wait_for(lambda: len(processes(program)) >= 3)
        if victim == "holder":
            process.kill()
        else:
            guardian = next(
                p for p in processes(program) if "worker.training.guardian" in p.cmdline()
            )
            os.kill(guardian.pid, signal.SIGKILL)
            # Its command goes with it; what that had started, when the holder looks
            process.terminate()
    if victim == "holder":
        wait_for(lambda: not processes(program), 10)
    else:
        wait_for(lambda: all("first" not in p.cmdline() for p in processes(program)), 10)
        for process_ in processes(program):
            process_.kill()
