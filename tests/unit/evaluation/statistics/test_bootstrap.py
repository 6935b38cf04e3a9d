"""Intervals of rates: as a plain loop gives them, covering what they say, quick and small."""

from __future__ import annotations

import math
import random
import time
import tracemalloc

import numpy as np
import pytest
from scipy import stats

from evaluation.statistics.bootstrap import interval
from evaluation.statistics.draws import totals
from evaluation.statistics.worlds import RATE, World


def by_hand(
    errors: list[float], words: list[float], blocks: list[str], draws: int
) -> tuple[float, float]:
    """The same interval with loops and the standard library's generator."""
    rng = random.Random(3)
    speakers = sorted(set(blocks))
    sums = {
        name: (
            sum(e for e, block in zip(errors, blocks, strict=True) if block == name),
            sum(w for w, block in zip(words, blocks, strict=True) if block == name),
        )
        for name in speakers
    }
    value = sum(e for e, _ in sums.values()) / sum(w for _, w in sums.values())
    logs = []
    for _ in range(draws):
        drawn = [sums[rng.choice(speakers)] for _ in speakers]
        rate = sum(e for e, _ in drawn) / sum(w for _, w in drawn)
        logs.append(math.log(rate / value))
    n, mean = len(speakers), sum(logs) / draws
    variance = sum((each - mean) ** 2 for each in logs) / draws * n / (n - 1)
    reach = float(stats.t.ppf(0.975, n - 1)) * math.sqrt(variance)
    return value * math.exp(-reach), value * math.exp(reach)


@pytest.mark.parametrize("speakers", [10, 24])
def test_the_interval_is_that_of_a_plain_loop(speakers: int) -> None:
    seen = World(speakers).seen(np.random.default_rng(5))
    found = interval(seen.errors, seen.words, seen.blocks)
    low, high = by_hand(
        seen.errors.tolist(), seen.words.tolist(), seen.blocks.tolist(), draws=10_000
    )
    assert found.value == pytest.approx(seen.errors.sum() / seen.words.sum())
    assert found.low == pytest.approx(low, rel=0.03)
    assert found.high == pytest.approx(high, rel=0.03)
    assert found.blocks == speakers


def test_draws_are_sums_over_as_many_rows_as_there_are() -> None:
    rows = np.column_stack([np.ones(7), 2.0 ** np.arange(7)])
    drawn = totals(rows, draws=40_000, seed=2)
    assert (drawn[:, 0] == 7).all()
    assert drawn[:, 1].mean() == pytest.approx(127, rel=0.01)
    assert drawn[:, 1].var() == pytest.approx(7 * rows[:, 1].var(), rel=0.03)


@pytest.mark.chapter(15)
@pytest.mark.parametrize("speakers", [10, 24, 124])
def test_ninety_five_in_a_hundred_intervals_cover_the_truth(speakers: int) -> None:
    """300 simulated corpora: two standard errors of a share of 95 % are 2.5 points."""
    covered = 0
    for number in range(300):
        seen = World(speakers).seen(np.random.default_rng([7, number]))
        found = interval(seen.errors, seen.words, seen.blocks, draws=500)
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= RATE <= found.high
    assert 0.90 <= covered / 300 <= 0.985


def test_what_one_person_says_is_drawn_together() -> None:
    """Utterances taken for independent would make the interval about half as wide."""
    seen = World(24, utterances=(30, 31)).seen(np.random.default_rng(1))
    people = interval(seen.errors, seen.words, seen.blocks)
    pieces = interval(seen.errors, seen.words, range(len(seen.errors)))
    assert people.low is not None
    assert people.high is not None
    assert pieces.low is not None
    assert pieces.high is not None
    assert people.high - people.low > 1.6 * (pieces.high - pieces.low)


def test_the_same_seed_gives_the_same_interval_in_any_order_of_utterances() -> None:
    seen = World(12).seen(np.random.default_rng(1))
    found = interval(seen.errors, seen.words, seen.blocks)
    assert found == interval(seen.errors, seen.words, seen.blocks)
    assert found != interval(seen.errors, seen.words, seen.blocks, seed=2)
    order = np.random.default_rng(9).permutation(len(seen.errors))
    assert found == interval(seen.errors[order], seen.words[order], seen.blocks[order])


def test_no_errors_do_not_mean_no_doubt() -> None:
    found = interval([0] * 10, [100] * 10, range(10))
    assert (found.value, found.low) == (0, 0)
    assert found.high == pytest.approx(stats.chi2.ppf(0.975, 2) / 2 / 1000)


def test_one_speaker_with_all_the_errors() -> None:
    """Most draws differ wildly or have none; the interval is wide and finite."""
    found = interval([6] + [0] * 9, [100] * 10, range(10))
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.006 / 5
    assert 0.006 * 5 < found.high < 1


def test_four_speakers_give_a_value_and_no_interval() -> None:
    found = interval([1, 2, 3, 4], [10] * 4, "abcd")
    assert found.as_dict() == {"value": 0.25, "low": None, "high": None, "blocks": 4}


@pytest.mark.parametrize(
    ("errors", "words", "blocks", "message"),
    [
        ([1, 2], [10], "ab", "one entry an utterance"),
        ([1], [10], "ab", "one entry an utterance"),
        ([1, 0], [0, 0], "ab", "no words"),
        ([], [], "", "no words"),
        ([-1, 0], [5, 5], "ab", "negative"),
    ],
)
def test_what_cannot_be_divided_is_refused(
    errors: list[int], words: list[int], blocks: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        interval(errors, words, list(blocks))


def test_ten_thousand_utterances_in_ten_thousand_draws_are_quick_and_small() -> None:
    """The worst case: every utterance a block of its own. Half a second on an idle core."""
    rng = np.random.default_rng(1)
    words = rng.integers(1, 500, 10_000)
    errors = rng.binomial(words, 0.3)
    names = np.arange(10_000)
    began = time.process_time()
    found = interval(errors, words, names)
    assert time.process_time() - began < 3
    assert found.blocks == 10_000
    tracemalloc.start()
    interval(errors, words, names, draws=200)
    small = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert small < 30e6
