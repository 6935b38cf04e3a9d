"""Times are compared of words that were heard as they were said, and of no others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.metrics.times import TimeErrors, time_errors, word_times
from evaluation.runs.format import HeardWord, TrueWord


def said(*words: tuple[str, float, float]) -> list[TrueWord]:
    return [TrueWord(*word) for word in words]


def heard(*words: tuple[str, float, float]) -> list[HeardWord]:
    return [HeardWord(*word, probability=0.9) for word in words]


@pytest.mark.chapter(15)
def test_three_words_by_hand() -> None:
    found = word_times(
        [
            time_errors(
                said(
                    ("The", 0.0, 0.2), ("squalor", 0.2, 0.8), ("grew", 0.8, 1.2), ("on", 1.3, 1.4)
                ),
                heard(
                    ("the", 0.1, 0.3), ("scholar", 0.3, 0.8), ("grew", 0.7, 1.5), ("on", 1.3, 1.6)
                ),
            )
        ]
    )
    assert (found.words, found.true_words, found.heard_words) == (3, 4, 4)
    assert found.start_mae_s == pytest.approx(0.2 / 3)
    assert found.end_mae_s == pytest.approx(0.6 / 3)
    assert found.start_bias_s == pytest.approx(0.0)
    assert found.end_bias_s == pytest.approx(0.2)
    assert found.within_200ms == pytest.approx(2 / 3)  # the last one ends 0.2 s late: just within


def test_a_number_of_several_words_is_compared_as_one() -> None:
    found = time_errors(
        said(("twenty", 0.0, 0.4), ("one", 0.4, 0.6), ("men", 0.7, 1.0)),
        heard(("21", 0.1, 0.5), ("men", 0.7, 1.0)),
    )
    assert found.starts_s == pytest.approx((0.1, 0.0))
    assert found.ends_s == pytest.approx((-0.1, 0.0))
    assert (found.true_words, found.heard_words) == (3, 2)


def test_pieces_of_a_word_are_one_word() -> None:
    found = time_errors(
        said(("ninety", 0.0, 0.4), ("thousand", 0.4, 0.9)),
        heard((" 90", 0.0, 0.4), (",000", 0.4, 1.0)),
    )
    assert found.starts_s == (0.0,)
    assert found.ends_s == pytest.approx((0.1,))


def test_a_contraction_is_one_word() -> None:
    found = time_errors(
        said(("it's", 0.0, 0.4), ("on", 0.4, 0.6)), heard(("It's", 0.1, 0.4), ("on", 0.4, 0.7))
    )
    assert found.starts_s == pytest.approx((0.1, 0.0))
    assert found.ends_s == pytest.approx((0.0, 0.1))


def test_half_a_contraction_has_no_time() -> None:
    """ "it's" against "it was": "it" agrees, but the word as a whole does not."""
    found = time_errors(said(("it's", 0.0, 0.4)), heard(("it", 0.0, 0.2), ("was", 0.2, 0.4)))
    assert found == TimeErrors((), (), 1, 2)


def test_fillers_and_marks_are_left_out() -> None:
    found = time_errors(said(("um", 0, 1), ("yes", 1, 2)), heard(("--", 0, 1), ("yes", 1, 2)))
    assert found == TimeErrors((0,), (0,), 1, 1)


def test_without_a_matched_word_there_is_no_figure() -> None:
    found = word_times([time_errors(said(("yes", 0.0, 1.0)), heard(("no", 0.0, 1.0)))])
    assert (found.words, found.true_words, found.heard_words) == (0, 1, 1)
    assert found.start_mae_s is found.within_200ms is found.end_bias_s is None


@given(
    st.lists(st.sampled_from(["alpha", "beta", "gamma"]), min_size=1, max_size=8),
    st.integers(-100, 100),
)
def test_a_shift_of_all_words_is_found_exactly(words: list[str], steps: int) -> None:
    shift_s = steps / 50
    truth = said(*((word, i, i + 0.5) for i, word in enumerate(words)))
    late = heard(*((word, i + shift_s, i + 0.5 + shift_s) for i, word in enumerate(words)))
    found = word_times([time_errors(truth, late)])
    assert found.words == len(words)
    assert found.start_mae_s == pytest.approx(abs(shift_s))
    assert found.end_mae_s == pytest.approx(abs(shift_s))
    assert found.start_bias_s == pytest.approx(shift_s)
    assert found.within_200ms == (abs(steps) <= 10)
