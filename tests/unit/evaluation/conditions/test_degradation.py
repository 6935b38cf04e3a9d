"""Clean against changed, utterance by utterance."""

from __future__ import annotations

import pytest

from evaluation.conditions.degradation import degradation
from evaluation.wer import Errors

BLOCKS = {f"u{number}": f"s{number % 8}" for number in range(40)}


def rates(errors_of: dict[str, int]) -> dict[str, Errors]:
    return {name: Errors(10, errors, 0, 0) for name, errors in errors_of.items()}


def test_harm_is_found_though_clips_differ_far_more() -> None:
    clean = rates({name: number % 5 for number, name in enumerate(BLOCKS)})
    worse = rates({name: number % 5 + 1 for number, name in enumerate(BLOCKS)})
    found = degradation(clean, worse, BLOCKS)
    assert (found.clean, found.changed) == (pytest.approx(0.2), pytest.approx(0.3))
    assert found.difference.value == pytest.approx(0.1)
    assert found.difference.low is not None
    assert found.difference.low > 0
    assert found.relative == pytest.approx(0.5)


def test_only_what_both_have_is_compared_and_the_rest_counted() -> None:
    clean, changed = rates({"u1": 0, "u2": 5}), rates({"u2": 5, "u3": 0})
    found = degradation(clean, changed, BLOCKS)
    assert (found.utterances, found.unpaired, found.difference.value) == (1, 2, 0)


def test_no_clean_errors_no_ratio() -> None:
    assert degradation(rates({"u1": 0}), rates({"u1": 3}), BLOCKS).relative is None


def test_runs_without_a_common_utterance_are_refused() -> None:
    with pytest.raises(ValueError, match="no utterance in common"):
        degradation(rates({"u1": 0}), rates({"u2": 0}), BLOCKS)
