"""Figures stand in a chart where they belong."""

from __future__ import annotations

import pytest

from evaluation.report.scales import doubling, from_zero, heat, percent


def test_a_scale_begins_at_zero_and_has_round_ticks() -> None:
    scale = from_zero([0.031, 0.117])
    assert scale.ticks == pytest.approx((0, 0.025, 0.05, 0.075, 0.1, 0.125))
    assert (scale.x(0), scale.x(scale.high), scale.y(scale.high)) == ("0%", "100%", "0%")
    assert scale.x(0.05) == "40%"


def test_nothing_leaves_the_chart() -> None:
    scale = from_zero([0.1])
    assert scale.at(9) == 1
    assert scale.at(-1) == 0
    assert from_zero([]).high == 1
    assert from_zero([0.0]).high == 1


def test_doubling_takes_the_same_way_everywhere() -> None:
    scale = doubling([5, 60])
    assert (scale.low, scale.high) == (4, 64)
    assert scale.at(16) - scale.at(8) == pytest.approx(scale.at(32) - scale.at(16))
    assert len(doubling([1, 4000]).ticks) <= 7
    assert doubling([8]).high > doubling([8]).low


def test_more_errors_are_darker() -> None:
    shades = [heat(rate) for rate in (0, 0.03, 0.12, 0.5, 2)]
    assert shades == sorted(set(shades))
    assert shades[0] == 0
    assert shades[-1] == 9
    assert percent(0.12345) == "12.35%"
