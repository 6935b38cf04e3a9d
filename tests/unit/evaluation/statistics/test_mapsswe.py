"""The matched pairs test against a calculation by hand and against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from evaluation.statistics.mapsswe import mapsswe


def test_by_hand() -> None:
    """Differences 1, -1, 2, 0, 3: mean 1, variance (0 + 4 + 1 + 1 + 4) / 4 = 2.5."""
    found = mapsswe([2, 0, 3, 1, 4], [1, 1, 1, 1, 1])
    assert found is not None
    assert found.z == pytest.approx(1 / (2.5 / 5) ** 0.5)
    assert found.z == pytest.approx(1.41421356)
    assert found.p == pytest.approx(0.15729921, abs=1e-7)
    assert found.segments == 5


def test_it_is_the_paired_t_test_of_scipy() -> None:
    rng = np.random.default_rng(4)
    a, b = rng.poisson(1.5, 2000), rng.poisson(1.4, 2000)
    found, theirs = mapsswe(a, b), stats.ttest_rel(a, b)
    assert found is not None
    assert found.z == pytest.approx(theirs.statistic)
    assert found.p_student == pytest.approx(theirs.pvalue)
    assert found.p == pytest.approx(theirs.pvalue, abs=1e-3)
    assert abs(np.log(found.p_wilcoxon / found.p)) < 1.5


def test_a_better_system_has_the_sign_of_fewer_errors() -> None:
    rng = np.random.default_rng(4)
    better, worse = rng.poisson(1.0, 300), rng.poisson(1.5, 300)
    found, other = mapsswe(better, worse), mapsswe(worse, better)
    assert found is not None
    assert other is not None
    assert found.z < -3
    assert max(found.p, found.p_student, found.p_wilcoxon) < 0.01
    assert other.z == -found.z


def test_segments_are_summed_before_they_are_tested() -> None:
    found = mapsswe([1, 1, 0, 0, 2, 3], [0, 0, 1, 0, 1, 1], ["x", "x", "y", "y", "z", "z"])
    assert found == mapsswe([2, 0, 5], [0, 1, 2])


def test_speakers_as_segments_are_not_fooled_by_one_who_says_much() -> None:
    """A hundred utterances of one speaker say something about one speaker."""
    a = [2] * 100 + [1, 0, 1, 0, 1]
    b = [1] * 100 + [0, 1, 1, 0, 1]
    speakers = ["a"] * 100 + list("bcdef")
    utterances, people = mapsswe(a, b), mapsswe(a, b, speakers)
    assert utterances is not None
    assert people is not None
    assert utterances.p < 1e-6
    assert people.p_student > 0.3


def test_what_cannot_be_tested() -> None:
    same = mapsswe([1, 2, 3], [1, 2, 3])
    assert same is not None
    assert (same.z, same.p) == (0, 1)
    assert mapsswe([1], [0]) is None
    assert mapsswe([2, 2, 2], [1, 1, 1]) is None
    with pytest.raises(ValueError, match="same utterances"):
        mapsswe([1, 2], [1])
    with pytest.raises(ValueError, match="name of its segment"):
        mapsswe([1, 2], [1, 0], ["a"])
