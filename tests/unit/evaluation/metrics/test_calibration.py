"""Calibration figures agree with their definitions, and `right` is decided by the alignment."""

from __future__ import annotations

import itertools
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.metrics.calibration import align_words, calibration


@pytest.mark.chapter(9)
@pytest.mark.parametrize(
    ("reference", "words", "right"),
    [
        ("the cat sat", ["the", "hat", "sat"], [True, False, True]),
        ("the cat sat", ["the", "cat", "sat", "down"], [True, True, True, False]),
        ("The cat, sat!", [" the", " Cat", " SAT."], [True, True, True]),
        ("21 men", ["twenty", "one", "men"], [True, True, True]),
        ("22 men", ["twenty", "one", "men"], [False, False, True]),
        ("twenty-two men", ["22", "men"], [True, True]),
        ("it is so", ["it's", "so"], [True, True]),
        ("it was so", ["it's", "so"], [False, True]),
        ("yes", ["um,", "yes", "--"], [None, True, None]),
        ("90,000 men", [" 90", ",000", " men"], [True, True, True]),
        ("", ["thank", "you"], [False, False]),
        ("alpha", [], []),
    ],
)
def test_which_words_are_right(reference: str, words: list[str], right: list[bool | None]) -> None:
    assert align_words(reference, words) == right


def test_four_words_by_hand() -> None:
    found = calibration([0.9, 0.6, 0.8, 0.3], [True, True, False, False], bins=2)
    assert found is not None
    assert (found.words, found.right) == (4, 2)
    lower, upper = found.bins  # 0.3 and 0.6, 0.8 and 0.9
    assert (lower.low, lower.high, lower.count) == (0.3, 0.6, 2)
    assert lower.mean_probability == pytest.approx(0.45)
    assert upper.mean_probability == pytest.approx(0.85)
    assert lower.share_right == upper.share_right == 0.5
    assert found.ece == pytest.approx(0.5 * 0.05 + 0.5 * 0.35)
    assert found.brier == pytest.approx((0.01 + 0.16 + 0.64 + 0.09) / 4)
    given_bits = (math.log2(0.9) + math.log2(0.6) + math.log2(0.2) + math.log2(0.7)) / 4
    assert found.nce == pytest.approx(1 + given_bits)  # half are right: one bit before
    assert found.auroc == pytest.approx(3 / 4)  # of 4 pairs only 0.6 against 0.8 is the wrong way


def test_words_that_cannot_be_judged_are_left_out() -> None:
    with_none = calibration([0.9, 0.1, 0.6], [True, None, False])
    assert with_none == calibration([0.9, 0.6], [True, False])
    assert calibration([0.5], [None]) is None
    assert calibration([], []) is None


def test_all_right_has_no_entropy_to_explain() -> None:
    found = calibration([0.9, 1.0], [True, True])
    assert found is not None
    assert found.nce is None
    assert found.auroc is None
    assert found.ece == pytest.approx(0.05)


def test_one_certain_error_does_not_make_everything_infinite() -> None:
    found = calibration([1.0, 1.0, 0.5], [True, False, True])
    assert found is not None
    assert found.nce is not None
    assert -100 < found.nce < 0


def test_a_constant_at_the_share_of_right_words_says_nothing() -> None:
    found = calibration([0.75] * 8, [True, True, True, False] * 2)
    assert found is not None
    assert found.ece == pytest.approx(0)
    assert found.nce == pytest.approx(0)
    assert found.auroc == pytest.approx(0.5)
    assert len(found.bins) == 1


def test_an_honest_source_is_found_calibrated_and_a_boastful_one_not() -> None:
    chance = random.Random(7)
    p = [chance.random() for _ in range(20_000)]
    right = [chance.random() < each for each in p]
    honest = calibration(p, right)
    boastful = calibration([each**0.25 for each in p], right)
    assert honest is not None
    assert boastful is not None
    assert honest.ece < 0.02
    assert boastful.ece > 0.2
    assert boastful.auroc == pytest.approx(honest.auroc)  # the order is the same
    assert [b.count for b in honest.bins] == pytest.approx([20_000 / 15] * 15, abs=2)
    assert honest.brier == pytest.approx(1 / 6, abs=0.01)


shares = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.5, 0.9, 1.0])
judged = st.lists(st.tuples(shares, st.booleans()), min_size=1, max_size=40)


@given(judged, st.randoms())
def test_bounds_and_independence_of_order(
    words: list[tuple[float, bool]], shuffled: random.Random
) -> None:
    found = calibration([p for p, _ in words], [r for _, r in words], bins=4)
    assert found is not None
    assert 0 <= found.ece <= 1
    assert 0 <= found.brier <= 1
    assert found.nce is None or found.nce <= 1
    assert sum(b.count for b in found.bins) == found.words == len(words)
    assert len(found.bins) <= 4
    assert all(a.high < b.low for a, b in itertools.pairwise(found.bins))
    shuffled.shuffle(words)
    again = calibration([p for p, _ in words], [r for _, r in words], bins=4)
    assert again is not None
    assert again.ece == pytest.approx(found.ece)
    assert [b.count for b in again.bins] == [b.count for b in found.bins]


@given(judged)
def test_the_area_is_the_share_of_pairs_in_the_right_order(
    words: list[tuple[float, bool]],
) -> None:
    found = calibration([p for p, _ in words], [r for _, r in words])
    assert found is not None
    good, bad = [p for p, r in words if r], [p for p, r in words if not r]
    if not good or not bad:
        assert found.auroc is None
    else:
        won = sum((a > b) + (a == b) / 2 for a in good for b in bad)
        assert found.auroc == pytest.approx(won / len(good) / len(bad))


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="2 probabilities, but 1 words"):
        calibration([0.5, 0.5], [True])
    with pytest.raises(ValueError, match="outside 0-1"):
        calibration([1.5], [True])
    with pytest.raises(ValueError, match="outside 0-1"):
        calibration([float("nan")], [True])
