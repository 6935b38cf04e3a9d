"""Ages are not believed for a while after the time of day was changed."""

from __future__ import annotations

import pytest

from app.dispatcher.steady import SETTLES_S, SteadyClock

pytestmark = pytest.mark.chapter(18)


class Clocks:
    def __init__(self) -> None:
        self.passed_s, self.set_s = 0.0, 1_000_000.0
        self.steady = SteadyClock(lambda: self.passed_s, lambda: self.passed_s + self.set_s)

    def is_steady_after(self, seconds: float) -> bool:
        self.passed_s += seconds
        return self.steady.is_steady()


def test_a_clock_that_goes_on_is_believed_at_once_and_always() -> None:
    clocks = Clocks()
    assert all(clocks.is_steady_after(600) for _ in range(1000))


@pytest.mark.parametrize("jump_s", [86_400.0, -86_400.0])
def test_after_a_jump_it_has_to_settle(jump_s: float) -> None:
    clocks = Clocks()
    clocks.set_s += jump_s
    assert not clocks.is_steady_after(1)
    assert not clocks.is_steady_after(SETTLES_S - 2)
    assert clocks.is_steady_after(3)


def test_small_corrections_are_no_jumps_even_when_they_add_up() -> None:
    clocks = Clocks()
    for _ in range(60):
        clocks.set_s += 5
        assert clocks.is_steady_after(600)


def test_each_jump_begins_the_wait_anew() -> None:
    clocks = Clocks()
    clocks.set_s += 86_400
    assert not clocks.is_steady_after(SETTLES_S / 2)
    clocks.set_s -= 86_400
    assert not clocks.is_steady_after(SETTLES_S - 1)
