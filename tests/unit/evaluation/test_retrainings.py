"""What of a figure is the luck of a seed: spread between retrainings, and the words that flip."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evaluation.adapters.figures import by_form
from evaluation.adapters.retrainings import flipping, spread
from evaluation.metrics.counts import counts
from evaluation.runs.format import Run
from tests.support.runs import made_run

WER = by_form("english")


def heard(run: Run, texts: list[str]) -> Run:
    """The run with these texts in the place of what its first utterances heard."""
    changed = [
        replace(each, hypothesis=text, counts=counts(each.reference, text))
        for each, text in zip(run.utterances, texts, strict=False)
    ]
    return replace(run, utterances=(*changed, *run.utterances[len(changed) :]))


@pytest.fixture(scope="module")
def right() -> Run:
    run = made_run(speakers=12, each=2, rate=0.0)
    return heard(run, [each.reference for each in run.utterances])


@pytest.mark.chapter(24)
def test_the_spread_is_that_of_the_figures(right: Run) -> None:
    parent = made_run(speakers=12, each=2, rate=0.3)
    runs = [made_run(speakers=12, each=2, rate=0.1, noise_seed=n) for n in (1, 2, 3)]
    found = spread("wer", parent, runs, WER)
    assert len(found.values) == 3
    assert found.low <= found.mean <= found.high < (found.parent or 0)
    assert found.deviation > 0
    for each in found.changes:
        assert each is not None and each["low"] < each["value"] < each["high"]
    same = spread("wer", parent, [right, right], WER)
    assert (same.deviation, same.mean) == (0.0, 0.0)


@pytest.mark.chapter(24)
def test_words_that_flip_are_counted_one_by_one(right: Run) -> None:
    first = right.utterances[0].reference.split()
    without_last = " ".join(first[:-1])
    flip = flipping([right, right, heard(right, [without_last])], "basic")
    assert (flip.words_that_flip, flip.never_right) == (1, 0)
    assert flip.always_right == flip.words - 1
    assert flip.utterances == len(right.utterances)
    assert flip.most_newly_wrong == 1 / flip.utterances
    # Of six ordered pairs two lead from a right one to the wrong one
    assert flip.newly_wrong == pytest.approx(2 / 6 / flip.utterances)
    never = flipping([heard(right, [without_last])] * 2, "basic")
    assert (never.words_that_flip, never.never_right) == (0, 1)


def test_one_training_has_no_spread(right: Run) -> None:
    with pytest.raises(ValueError, match="two retrainings"):
        spread("wer", right, [right], WER)
    with pytest.raises(ValueError, match="two retrainings"):
        flipping([right], "basic")
