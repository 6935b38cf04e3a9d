"""Adjusted p-values by hand."""

from __future__ import annotations

import pytest

from evaluation.statistics.multiplicity import adjusted


def test_holm_by_hand() -> None:
    """0.01 x 3; 0.02 x 2; 0.04 x 1, never below the one before."""
    assert adjusted([0.04, 0.01, 0.02]) == pytest.approx([0.04, 0.03, 0.04])


def test_benjamini_hochberg_by_hand() -> None:
    """0.01 x 3/1; 0.02 x 3/2; 0.04 x 3/3, never above the one after."""
    assert adjusted([0.04, 0.01, 0.02], "bh") == pytest.approx([0.04, 0.03, 0.03])


def test_what_was_not_tested_is_not_counted() -> None:
    assert adjusted([None, 0.03, None, 0.5]) == [None, pytest.approx(0.06), None, 0.5]
    assert adjusted([None]) == [None]
    assert adjusted([]) == []
