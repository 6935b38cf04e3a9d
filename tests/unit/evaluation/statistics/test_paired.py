"""The paired bootstrap finds a planted difference and none where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from evaluation.statistics.paired import compare
from evaluation.wer import Errors


def drawn(rate: float, seed: int, utterances: int = 200) -> list[Errors]:
    rng = np.random.default_rng(seed)
    return [Errors(20, int(n), 0, 0) for n in rng.binomial(20, rate, utterances)]


BLOCKS = [str(i // 4) for i in range(200)]


def test_a_system_does_not_differ_from_itself() -> None:
    same = drawn(0.1, 1)
    found = compare(same, same, BLOCKS)
    assert (found.value, found.low, found.high, found.a_better) == (0, 0, 0, 0.5)
    assert found.blocks == 50
    assert found.not_worse


def test_a_planted_difference_is_found_with_its_sign() -> None:
    worse = compare(drawn(0.14, 1), drawn(0.10, 2), BLOCKS)
    assert worse.low is not None
    assert worse.low > 0
    assert worse.a_better < 0.01
    assert not worse.not_worse
    better = compare(drawn(0.10, 2), drawn(0.14, 1), BLOCKS)
    assert better.high is not None
    assert better.high < 0
    assert better.a_better > 0.99
    assert better.value == pytest.approx(-worse.value)


def test_values_are_fractions() -> None:
    a = [Errors(10, 2, 0, 0)] * 6
    b = [Errors(10, 0, 1, 0)] * 6
    assert compare(a, b, "abcdef").value == pytest.approx(0.1)


def test_with_equally_long_speakers_it_is_the_paired_t_interval() -> None:
    a, b = [5, 9, 3, 7, 12, 4, 6, 8], [4, 5, 3, 8, 6, 2, 5, 3]
    found = compare(
        [Errors(50, n, 0, 0) for n in a], [Errors(50, n, 0, 0) for n in b], list("abcdefgh")
    )
    theirs = stats.ttest_rel(a, b).confidence_interval()
    assert found.low == pytest.approx(theirs.low / 50, abs=0.001)
    assert found.high == pytest.approx(theirs.high / 50, abs=0.001)


def test_the_interval_covers_no_difference_about_as_often_as_it_says() -> None:
    covered = 0
    for seed in range(200):
        found = compare(
            drawn(0.1, 2 * seed, 60), drawn(0.1, 2 * seed + 1, 60), BLOCKS[:60], draws=1000
        )
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 0 <= found.high
    assert 0.90 <= covered / 200 <= 0.99


def test_four_speakers_tell_no_interval_and_prove_nothing() -> None:
    found = compare([Errors(9, 0, 0, 0)] * 4, [Errors(9, 5, 0, 0)] * 4, "abcd")
    assert (found.low, found.high, found.not_worse) == (None, None, False)
    assert found.a_better == 1


def test_different_utterances_are_refused() -> None:
    with pytest.raises(ValueError, match="same utterances"):
        compare([Errors(3, 0, 0, 0)], [Errors(4, 0, 0, 0)], ["a"])
    with pytest.raises(ValueError, match="no words"):
        compare([Errors(0, 0, 0, 2)], [Errors(0, 0, 0, 1)], ["a"])
