"""Figures of an adapter's systems, with intervals that make sense."""

from __future__ import annotations

import pytest

from evaluation.adapters.figures import Counts, metrics
from evaluation.runs.format import Run
from tests.support.runs import made_run

pytestmark = pytest.mark.chapter(15)


def upper_end(name: str) -> float | None:
    """Of five speakers who differ as much as they can: one has everything wrong."""
    told = made_run(speakers=5)

    def measure(found: Run) -> dict[str, Counts]:
        one = found.utterances[0].speaker
        return {each.id: (2.0 * (each.speaker == one), 2.0) for each in found.utterances}

    everybody = next(iter(metrics("all", told, name, measure)))
    assert everybody.value == pytest.approx(0.2)
    return everybody.high


def test_no_share_has_an_interval_beyond_all_of_it() -> None:
    words, missed = upper_end("wer"), upper_end("terms_missed")
    assert words is not None
    assert words > 1
    assert missed == 1.0
