"""The simulation runs, and what it last measured is within what the documents say."""

from __future__ import annotations

import json

import pytest

from evaluation.statistics import coverage


@pytest.mark.chapter(26)
def test_few_worlds_give_every_figure() -> None:
    hits: coverage.Hits = {}
    for number, look in enumerate(
        (coverage.rates, coverage.differences, coverage.gaps, coverage.impacts, coverage.models_of)
    ):
        world = coverage.World(12, quality=look is coverage.models_of, utterances=(15, 25))
        look(world, coverage.np.random.default_rng([1, number]), hits)
    assert {"chosen covers", "percentile covers", "difference covers", "gap covers"} <= set(hits)
    assert {"impact covers", "controlled covers", "check finds one"} <= set(hits)


@pytest.mark.chapter(26)
def test_the_committed_measurement_keeps_its_promise() -> None:
    found = json.loads(coverage.RESULT.read_text())
    assert found["worlds"] >= 400
    for row in found["rates"]:
        steady = row["spread"] <= 0.5 and not row["long_tail"]
        assert row["chosen covers"] >= (0.91 if steady else 0.88)
        assert row["chosen covers"] >= row["percentile covers"]
    for row in found["differences"]:
        assert 0.92 <= row["difference covers"] <= 0.98
    for row in found["gaps"]:
        assert row["gap covers"] >= 0.92
        if row["ratio"] == 1:
            assert row["interval finds one"] <= 0.08
            assert 0.02 <= row["shuffles find one"] <= 0.08
    for row in found["impact"]:
        assert row["impact covers"] >= 0.92
    for row in found["controlled"]:
        assert row["fitted"] >= 0.99
        assert row["controlled covers"] >= 0.88
        if row["ratio"] == 1:
            assert row["controlled finds one"] <= 0.12
        if row["speakers"] == 124:
            assert (row["raw comparison finds one"] >= 0.95) is (row["noisier_by_db"] > 0)
