"""The paired bootstrap finds a planted difference and none where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from evaluation.paired import compare
from evaluation.wer import Errors


def drawn(rate: float, seed: int, utterances: int = 200) -> list[Errors]:
    rng = np.random.default_rng(seed)
    return [Errors(20, int(n), 0, 0) for n in rng.binomial(20, rate, utterances)]


BLOCKS = [str(i // 4) for i in range(200)]


def test_a_system_does_not_differ_from_itself() -> None:
    same = drawn(0.1, 1)
    found = compare(same, same, BLOCKS)
    assert (found.points, found.low, found.high, found.a_better) == (0, 0, 0, 0.5)
    assert found.blocks == 50
    assert found.not_worse


def test_a_planted_difference_is_found_with_its_sign() -> None:
    worse = compare(drawn(0.14, 1), drawn(0.10, 2), BLOCKS)
    assert worse.low > 0
    assert not worse.not_worse
    better = compare(drawn(0.10, 2), drawn(0.14, 1), BLOCKS)
    assert better.high < 0
    assert better.a_better > 0.99


def test_the_interval_covers_no_difference_about_as_often_as_it_says() -> None:
    covered = 0
    for seed in range(100):
        found = compare(drawn(0.1, 2 * seed), drawn(0.1, 2 * seed + 1), BLOCKS, seed=seed)
        covered += found.low <= 0 <= found.high
    assert covered >= 88


def test_different_utterances_are_refused() -> None:
    with pytest.raises(ValueError, match="same utterances"):
        compare([Errors(3, 0, 0, 0)], [Errors(4, 0, 0, 0)], ["a"])
