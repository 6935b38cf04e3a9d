"""The README's tables of quality say what the runs say, and what is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.quality_table import quality_tables
from evaluation.runs.format import Run, save
from evaluation.scoring import scored
from tests.support.runs import made_run


def tables(folder: Path, *runs: Run) -> str:
    for run in runs:
        save(scored(run), folder / f"{run.name}.json")
    return quality_tables(folder)


@pytest.mark.chapter(29)
def test_a_row_has_the_rate_its_interval_and_what_failed(tmp_path: Path) -> None:
    run = made_run("readers", "tiny.en", "served", failed=3)
    found = scored(run).summary
    text = tables(tmp_path, run)
    rate = found["wer"]["english"]
    row = next(line for line in text.splitlines() if line.startswith("| readers | tiny.en |"))
    assert f"| {100 * rate['value']:.1f} ({100 * rate['low']:.1f}–{100 * rate['high']:.1f})" in row
    assert f"| 3 of {found['clips']} |" in row
    assert "| – |" in row, "it was not heard alone"


@pytest.mark.chapter(29)
def test_both_ways_stand_in_one_row_and_a_difference_shows(tmp_path: Path) -> None:
    same = [made_run("readers", "tiny.en", mode) for mode in ("served", "sequential")]
    assert "| the same |" in tables(tmp_path / "a", *same)
    other = [same[0], made_run("readers", "tiny.en", "sequential", rate=0.3)]
    assert "| the same |" not in tables(tmp_path / "b", *other)


@pytest.mark.chapter(26)
def test_a_group_that_is_too_small_has_no_number(tmp_path: Path) -> None:
    text = tables(tmp_path, made_run(speakers=13, each=20))
    assert "insufficient data" in text or "too few to give a rate for" in text
    assert "cannot be concluded" in text


def test_hard_conditions_are_no_part_of_the_headline(tmp_path: Path) -> None:
    text = tables(tmp_path, made_run(), made_run(condition="noise-0", rate=0.6))
    assert text.count("| readers | whisper-base |") == 1
