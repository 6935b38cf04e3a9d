"""Waits by the nearest rank, speed by sums."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.metrics.latency import Waits, rtfx, waits


def test_twenty_waits_by_hand() -> None:
    assert waits([float(i) for i in range(20, 0, -1)]) == Waits(p50=10.0, p95=19.0, count=20)
    assert waits([3.0, 1.0, 2.0]) == Waits(2.0, 3.0, 3)
    assert waits([5.0]) == Waits(5.0, 5.0, 1)


def test_what_failed_has_no_wait() -> None:
    assert waits([None, 2.0, None]) == Waits(2.0, 2.0, 1)
    assert waits([None]) is None
    assert waits([]) is None


@pytest.mark.parametrize("wrong", [-0.1, float("nan"), float("inf")])
def test_an_impossible_wait_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="a wait"):
        waits([1.0, wrong])


@given(st.lists(st.floats(0, 1e6), min_size=1))
def test_the_shares_are_what_they_say(seconds: list[float]) -> None:
    found = waits(seconds)
    assert found is not None
    for share, figure in ((0.5, found.p50), (0.95, found.p95)):
        assert figure in seconds
        assert sum(each <= figure for each in seconds) >= share * len(seconds) - 1e-6
        assert sum(each < figure for each in seconds) < share * len(seconds) + 1e-6


def test_speed() -> None:
    assert rtfx(60.0, 4.0) == 15.0
    assert rtfx(60.0, 0.0) is None
