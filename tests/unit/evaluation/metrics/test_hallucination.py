"""Invented words are counted with how many more there may be, repeated phrases beyond the said."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.metrics.hallucination import (
    NonSpeech,
    clopper_pearson,
    hallucination,
    poisson_high,
    repeats,
)


@pytest.mark.chapter(7)
def test_four_recordings_by_hand() -> None:
    found = hallucination(
        [
            NonSpeech(60.0, "Thanks for watching!", "music"),
            NonSpeech(30.0, "", "music"),
            NonSpeech(20.0, "[applause]", "applause"),
            NonSpeech(10.0, "", "applause"),
        ]
    )
    assert found is not None
    assert found.minutes == pytest.approx(2.0)
    assert (found.clips, found.words) == (4, 3)
    assert (found.clips_with_words, found.clips_with_marks_only) == (1, 1)
    assert found.words_a_minute == pytest.approx(1.5)
    assert found.words_a_minute_high == pytest.approx(7.7537 / 2, abs=1e-4)  # Garwood's table: n=3
    assert found.share_with_words == 0.25
    assert (found.share_low, found.share_high) == pytest.approx((0.0063, 0.8059), abs=1e-4)
    assert {kind: each.words for kind, each in found.kinds.items()} == {"applause": 0, "music": 3}
    assert found.kinds["music"].share_with_words == 0.5
    assert found.kinds["applause"].clips_with_marks_only == 1
    assert found.kinds["music"].kinds == {}


def test_silence_all_over_is_no_proof_of_none() -> None:
    """The rule of three: nothing in n leaves up to 3 / n."""
    found = hallucination([NonSpeech(60.0, "")] * 100)
    assert found is not None
    assert found.words_a_minute == found.share_with_words == found.share_low == 0.0
    assert found.words_a_minute_high == pytest.approx(2.9957 / 100, abs=1e-5)
    assert found.share_high == pytest.approx(1 - 0.025 ** (1 / 100))


@given(st.integers(0, 60), st.floats(0.5, 0.99))
def test_the_poisson_bound_is_where_so_few_become_unlikely(events: int, confidence: float) -> None:
    """By the definition: at the bound, that many or fewer have the remaining probability."""
    mean = poisson_high(events, confidence)
    below = sum(
        math.exp(-mean + k * math.log(mean) - math.lgamma(k + 1)) for k in range(events + 1)
    )
    assert below == pytest.approx(1 - confidence)


@given(st.integers(1, 60), st.data())
def test_the_interval_of_a_share_is_exact(trials: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, trials))
    low, high = clopper_pearson(successes, trials)

    def tail(share: float, counts: range) -> float:
        return sum(math.comb(trials, k) * share**k * (1 - share) ** (trials - k) for k in counts)

    assert 0 <= low <= successes / trials <= high <= 1
    if successes:
        assert tail(low, range(successes, trials + 1)) == pytest.approx(0.025)
    if successes < trials:
        assert tail(high, range(successes + 1)) == pytest.approx(0.025)


def test_no_recordings_are_no_figure_and_no_length_is_refused() -> None:
    assert hallucination([]) is None
    with pytest.raises(ValueError, match="without a length"):
        hallucination([NonSpeech(0.0, "")])


LOOP = "and so it goes on"


@pytest.mark.parametrize(
    ("heard", "said", "times"),
    [
        (LOOP, LOOP, 0),
        (LOOP, "", 0),  # invented, not repeated
        (f"{LOOP} {LOOP}", LOOP, 1),
        (f"{LOOP}, {LOOP.upper()}!", f"{LOOP} {LOOP}", 0),  # it was said twice
        (f"{LOOP} {LOOP}", f"{LOOP} {LOOP} {LOOP}", 0),
        ("no no no no no no no", "", 2),
        ("one two three", "", 0),
        ("", LOOP, 0),
    ],
)
def test_repeated_phrases_by_hand(heard: str, said: str, times: int) -> None:
    assert repeats(heard, said) == times


words = st.lists(st.sampled_from(["ah", "be", "see"]), max_size=20).map(" ".join)


@given(words, words)
def test_what_was_said_explains_repeats_and_never_adds_any(heard: str, said: str) -> None:
    assert repeats(heard, heard) == 0
    assert 0 <= repeats(heard, said) <= repeats(heard)
    assert repeats(heard) <= max(0, len(heard.split()) - 5)
