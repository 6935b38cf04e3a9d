"""The cheapest configuration within the limits, the front, and why the others are out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evaluation.__main__ import app
from evaluation.pareto import Limits, Point, choose, front, point
from evaluation.report.figures import summary
from evaluation.runs.format import save
from tests.support.runs import made_run


def at(name: str, wer: float | None, cost: float | None, memory: float | None) -> Point:
    speed = 3600 / cost if cost else None
    return Point(name, wer, None, None, speed, cost, memory, "processor time")


SMALL, GOOD, WASTE = (
    at("small", 0.2, 60, 400),
    at("good", 0.1, 120, 600),
    at("waste", 0.2, 130, 700),
)


def test_the_front_has_what_nothing_beats() -> None:
    assert front([SMALL, GOOD, WASTE]) == ["small", "good"]
    twins = [at("one", 0.1, 60, 400), at("two", 0.1, 60, 400)]
    assert front(twins) == ["one", "two"]
    assert front([SMALL, at("unmeasured", 0.01, None, 100)]) == ["small"]


@pytest.mark.chapter(9)
def test_the_cheapest_that_fits_is_chosen_and_the_others_say_why_not() -> None:
    choice = choose([WASTE, GOOD, SMALL], Limits(max_wer=0.12, min_rtfx=20, max_memory_mb=900))
    assert choice.chosen is GOOD
    assert choice.rejected["small"] == ("20.0 % of words wrong, over 12 %",)
    assert set(choice.rejected) == {"small", "waste"}
    assert choose([WASTE, GOOD, SMALL], Limits()).chosen is SMALL
    assert choose([GOOD, SMALL], Limits(max_wer=0.05)).chosen is None


def test_memory_decides_between_equal_costs() -> None:
    light = at("zlight", 0.1, 60, 100)
    assert choose([at("heavy", 0.1, 60, 800), light], Limits()).chosen is light


def test_what_was_not_measured_is_not_within_a_limit() -> None:
    unknown = at("unknown", None, None, None)
    why = choose([unknown], Limits(0.5, 1, 1000)).rejected["unknown"]
    assert len(why) == 4
    assert all("not known" in each for each in why)


def test_a_run_says_what_it_costs() -> None:
    run = made_run(rtfx=30, memory_mb=620)
    found = point(run, summary(run))
    assert found.cpu_s_per_hour == pytest.approx(2 * 3600 / 30)
    assert found.rtfx == pytest.approx(30)
    assert found.memory_mb == 620
    assert found.cost_is == "processor time"


def test_the_command_exits_by_what_it_found(tmp_path: Path) -> None:
    few = {"speakers": 6, "each": 4}
    for run in (
        made_run(**few),
        made_run(model="tiny.en", rate=0.3, **few),
        made_run(corpus="singers", **few),
    ):
        save(run, tmp_path / f"{run.name}.json")
    every = [str(path) for path in sorted(tmp_path.glob("*.json"))]
    asked = CliRunner().invoke(app, ["pareto", *every, "--corpus", "readers", "--max-wer", "0.2"])
    assert asked.exit_code == 0, asked.output
    assert "whisper-base--served" in asked.output.split("Cheapest that meets")[1]
    none = CliRunner().invoke(app, ["pareto", *every[:2], "--max-wer", "0.001", "--json"])
    assert none.exit_code == 1
    assert json.loads(none.output)["chosen"] is None
    mixed = CliRunner().invoke(app, ["pareto", *every])
    assert mixed.exit_code == 2
    assert "readers, singers" in mixed.output
