"""The rule by which a strength is chosen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.adaptation.choose import STRENGTHS, Measured, NothingGained, choice, strengths_up_to
from worker.adaptation.errors import Counts, counted, units
from worker.adaptation.pipeline import StageFailed


def measured(strength: float, target: int, guard: int) -> Measured:
    return Measured(strength, Counts(target, 1000), Counts(guard, 500))


PARENT = measured(0, 200, 20)


@pytest.mark.chapter(15)
def test_the_least_harm_among_those_that_gain_nearly_all() -> None:
    tried = [measured(0.25, 120, 20), measured(0.5, 46, 21), measured(1.0, 40, 22)]
    assert choice(PARENT, tried).strength == 0.5


@pytest.mark.chapter(15)
def test_a_harmless_strength_that_gains_too_little_is_not_chosen() -> None:
    tried = [measured(0.25, 120, 20), measured(1.0, 40, 22)]
    assert choice(PARENT, tried).strength == 1.0


@pytest.mark.chapter(15)
def test_what_harms_general_speech_is_not_chosen_whatever_it_gains() -> None:
    tried = [measured(0.25, 120, 22), measured(0.5, 46, 23), measured(1.0, 0, 35)]
    assert choice(PARENT, tried).strength == 0.25
    everywhere = [measured(1.0, 0, 35), measured(0.5, 46, 30)]
    assert choice(PARENT, everywhere).strength == 0.5


def test_the_smallest_of_equal_ones_and_better_than_the_parent_is_no_better_than_equal() -> None:
    tried = [measured(0.5, 40, 20), measured(0.75, 40, 15), measured(1.0, 40, 20)]
    assert choice(PARENT, tried).strength == 0.5


def test_a_domain_may_say_how_strong_its_adapter_may_be() -> None:
    assert strengths_up_to(0.55) == (0.25, 0.4, 0.55)
    assert strengths_up_to(1) == STRENGTHS
    for wrong in (0.1, "0.5", None):
        with pytest.raises(StageFailed, match="strongest must be"):
            strengths_up_to(wrong)


def test_nothing_gained_is_said() -> None:
    with pytest.raises(NothingGained, match="better than the parent"):
        choice(PARENT, [measured(0.5, 200, 10), measured(1.0, 230, 0)])


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 60)), min_size=6, max_size=6))
def test_what_is_chosen_gains_and_nothing_as_good_harms_less(errors: list[tuple[int, int]]) -> None:
    tried = [measured(s, t, g) for s, (t, g) in zip(STRENGTHS, errors, strict=True)]
    harmless = [each for each in tried if each.guard.wrong <= 22] or tried[:1]
    best = min(each.target.rate for each in harmless)
    if best >= PARENT.target.rate:
        with pytest.raises(NothingGained):
            choice(PARENT, tried)
        return
    used = choice(PARENT, tried)
    assert used in harmless
    assert used.target.rate < PARENT.target.rate
    for each in harmless:
        if each.target.rate <= used.target.rate:
            assert max(each.guard.wrong, 20) >= max(used.guard.wrong, 20)


def test_units_and_counts() -> None:
    assert units("Don’t stop, A-1!", "words") == ["don't", "stop", "a", "1"]
    assert units("G. M 39", "letters") == "gm39"
    assert counted([("G M 39", "gm 38"), ("", "x")], "letters") == Counts(2, 4)
    assert Counts(0, 0).rate == 0
    assert Counts(2, 0).rate == 1
