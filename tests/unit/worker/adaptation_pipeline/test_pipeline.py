"""Stages run once, again when what they are made of changed, and never by halves."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.disks import small_disk
from worker.adaptation.pipeline import (
    Event,
    Result,
    Stage,
    StageFailed,
    Work,
    finished,
    forget,
    run,
)


def copying(source: str) -> Callable[[Work], None]:
    """Upper-cases what the stage before wrote."""

    def stage(work: Work) -> None:
        (work.out / "text").write_text((work.before[source] / "text").read_text().upper())

    return stage


class Kitchen:
    """Four stages: two read files, one takes from one of them, one from both; runs are counted."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.inputs = folder / "adaptation", folder / "inputs"
        self.inputs.mkdir(parents=True)
        for name, text in (("a", "apples"), ("b", "pears")):
            (self.inputs / name).write_text(text)
        self.runs: Counter[str] = Counter()
        self.parameter = 1

    def reading(self, name: str) -> Callable[[Work], None]:
        def stage(work: Work) -> None:
            (work.out / "text").write_text((self.inputs / name).read_text().strip())

        return stage

    def both(self, work: Work) -> None:
        texts = [(work.before[name] / "text").read_text() for name in ("loud", "b")]
        (work.out / "text").write_text(" and ".join(texts))

    def stages(self) -> list[Stage]:
        return [
            Stage("a", self.counted("a", self.reading("a")), {"a": self.inputs / "a"}),
            Stage("b", self.counted("b", self.reading("b")), {"b": self.inputs / "b"}),
            Stage("loud", self.counted("loud", copying("a")), after=("a",)),
            Stage(
                "both",
                self.counted("both", self.both),
                parameters={"n": self.parameter},
                after=("loud", "b"),
            ),
        ]

    def counted(self, name: str, stage: Callable[[Work], None]) -> Callable[[Work], None]:
        def counting(work: Work) -> None:
            self.runs[name] += 1
            stage(work)

        return counting

    def cook(self) -> dict[str, Result]:
        self.runs.clear()
        return run(self.stages(), self.folder)


@pytest.fixture
def kitchen(tmp_path: Path) -> Kitchen:
    return Kitchen(tmp_path)


@pytest.mark.chapter(11)
def test_a_second_run_does_nothing_and_says_what_it_saved(kitchen: Kitchen) -> None:
    first = kitchen.cook()
    assert (first["both"].folder / "text").read_text() == "APPLES and pears"
    assert kitchen.runs == {"a": 1, "b": 1, "loud": 1, "both": 1}
    events: list[Event] = []
    kitchen.runs.clear()
    second = run(kitchen.stages(), kitchen.folder, events.append)
    assert not kitchen.runs
    assert [event.state for event in events] == ["reused"] * 4
    assert {name: each.folder for name, each in first.items()} == {
        name: each.folder for name, each in second.items()
    }


@pytest.mark.chapter(11)
def test_a_changed_input_makes_anew_just_what_depends_on_it(kitchen: Kitchen) -> None:
    kitchen.cook()
    (kitchen.inputs / "b").write_text("plums")
    assert (kitchen.cook()["both"].folder / "text").read_text() == "APPLES and plums"
    assert kitchen.runs == {"b": 1, "both": 1}
    kitchen.parameter = 2
    kitchen.cook()
    assert kitchen.runs == {"both": 1}


@pytest.mark.chapter(11)
def test_nothing_follows_from_a_change_that_makes_no_difference(kitchen: Kitchen) -> None:
    kitchen.cook()
    (kitchen.inputs / "a").write_text("apples \n")
    kitchen.cook()
    assert kitchen.runs == {"a": 1}


def test_what_was_made_before_is_found_again_after_a_change_was_taken_back(
    kitchen: Kitchen,
) -> None:
    kitchen.cook()
    (kitchen.inputs / "a").write_text("quinces")
    kitchen.cook()
    (kitchen.inputs / "a").write_text("apples")
    kitchen.cook()
    assert not kitchen.runs


def test_changed_source_makes_a_stage_anew(tmp_path: Path) -> None:
    code = tmp_path / "code.py"
    runs: list[int] = []

    def stage(work: Work) -> None:
        runs.append(1)
        (work.out / "x").write_text("x")

    for text in ("one", "one", "two"):
        code.write_text(text)
        run([Stage("s", stage, code=(code,))], tmp_path / "kept")
    assert len(runs) == 2


@pytest.mark.chapter(17)
@pytest.mark.parametrize("how", ["changed", "removed", "added"])
def test_a_stage_whose_output_was_tampered_with_is_made_anew(kitchen: Kitchen, how: str) -> None:
    result = kitchen.cook()["loud"]
    text = result.folder / "text"
    if how == "changed":
        text.write_text("POISON")
    elif how == "removed":
        text.unlink()
    else:
        (result.folder / "more").write_text("x")
    again = kitchen.cook()
    assert kitchen.runs == {"loud": 1}
    assert (again["loud"].folder / "text").read_text() == "APPLES"
    assert not (again["loud"].folder / "more").exists()


@pytest.mark.chapter(17)
def test_a_failing_stage_leaves_the_earlier_ones_and_what_was_there(kitchen: Kitchen) -> None:
    before = kitchen.cook()["both"].folder
    kitchen.parameter = 2

    def broken(work: Work) -> None:
        (work.out / "text").write_text("half")
        raise StageFailed("No more pears.")

    stages = kitchen.stages()
    stages[3] = Stage("both", broken, parameters={"n": 2}, after=("loud", "b"))
    with pytest.raises(StageFailed, match=r"No more pears\.") as failed:
        run(stages, kitchen.folder)
    assert failed.value.stage == "both"
    assert (before / "text").read_text() == "APPLES and pears"
    assert not list(kitchen.folder.glob("*/half")) and not list(kitchen.folder.glob(".making*/out"))
    kitchen.cook()
    assert kitchen.runs == {"both": 1}


@pytest.mark.chapter(17)
def test_a_full_disk_is_said_and_earlier_stages_stay(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 2_000_000) as disk:

        def small(work: Work) -> None:
            (work.out / "x").write_bytes(bytes(1000))

        def large(work: Work) -> None:
            (work.out / "y").write_bytes(bytes(8_000_000))

        stages = [Stage("small", small), Stage("large", large, after=("small",))]
        with pytest.raises(StageFailed, match="The disk is full") as failed:
            run(stages, disk / "kept")
        assert failed.value.stage == "large"
        (kept,) = finished(disk / "kept")
        assert kept["stage"] == "small"
        (disk / "kept" / "room").write_bytes(bytes(500_000))  # there is room again


def test_an_error_of_the_system_names_the_stage(tmp_path: Path) -> None:
    def stage(work: Work) -> None:
        raise OSError(errno.EACCES, os.strerror(errno.EACCES), "speech.wav")

    with pytest.raises(StageFailed, match=r"Permission denied: speech\.wav"):
        run([Stage("s", stage)], tmp_path)


def steps(log: Path, slow_s: float) -> Stage:
    """Ten steps; each is kept in scratch and counted."""

    def stage(work: Work) -> None:
        for step in range(10):
            mark = work.scratch / str(step)
            if not mark.exists():
                with log.open("a") as file:
                    file.write(f"{step}\n")
                time.sleep(slow_s)
                mark.write_text("done")
        (work.out / "sum").write_text("10")

    return Stage("steps", stage)


def _run_steps(log: Path, slow_s: float, folder: Path) -> None:
    run([steps(log, slow_s)], folder)


@pytest.mark.chapter(17)
def test_killed_in_the_middle_it_goes_on_where_it_was(tmp_path: Path) -> None:
    log, folder = tmp_path / "log", tmp_path / "kept"
    process = multiprocessing.get_context("fork").Process(
        target=_run_steps, args=(log, 0.05, folder)
    )
    process.start()
    until = time.monotonic() + 20
    while not log.exists() or len(log.read_text().split()) < 4:
        assert time.monotonic() < until
        time.sleep(0.01)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert not finished(folder)
    result = run([steps(log, 0)], folder)["steps"]
    assert (result.folder / "sum").read_text() == "10"
    assert 10 <= len(log.read_text().split()) <= 11  # at most the step in hand twice
    assert not list(folder.glob(".making-*"))


@pytest.mark.chapter(17)
def test_two_runs_at_once_share_the_work(tmp_path: Path) -> None:
    log, folder = tmp_path / "log", tmp_path / "kept"
    context = multiprocessing.get_context("fork")
    both = [context.Process(target=_run_steps, args=(log, 0.02, folder)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(30)
        assert process.exitcode == 0
    assert log.read_text().split() == [str(step) for step in range(10)]


@pytest.mark.chapter(28)
def test_forgetting_a_file_takes_everything_that_was_made_from_it(kitchen: Kitchen) -> None:
    results = kitchen.cook()
    sha256 = str(results["a"].inputs["files"]["a"])
    assert forget(kitchen.folder, sha256) == 3
    assert [each["stage"] for each in finished(kitchen.folder)] == ["b"]
    assert forget(kitchen.folder, sha256) == 0
