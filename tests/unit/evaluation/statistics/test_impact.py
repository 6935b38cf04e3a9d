"""The four-fifths rule by hand, and what is said when there is little to say it on."""

from __future__ import annotations

import numpy as np
import pytest

from evaluation.statistics.impact import impact
from evaluation.statistics.table import Blocks, Table


def handed_out(shares: dict[str, list[float]], each: int = 20, are: Blocks = "speakers") -> Table:
    """Speakers of each group by the share of their utterances that was delivered."""
    rows = [
        (f"{group} {i}", group, place < round(share * each))
        for group, people in shares.items()
        for i, share in enumerate(people)
        for place in range(each)
    ]
    ones = np.ones(len(rows))
    return Table(
        ones, 10 * ones, np.array([row[0] for row in rows]), are,
        {"gender": np.array([row[1] for row in rows])},
        delivered=np.array([row[2] for row in rows]),
    )  # fmt: skip


UNEQUAL = handed_out({"female": [0.5, 0.6, 0.7, 0.6, 0.55], "male": [0.9, 0.95, 0.85, 0.9, 1.0]})


@pytest.mark.chapter(26)
def test_four_fifths_by_hand() -> None:
    found = impact(UNEQUAL, ["gender"])
    assert found.shares == {("female",): 0.59, ("male",): 0.92}
    assert found.ratio == pytest.approx(0.59 / 0.92)
    assert found.lowest == ("female",)
    assert found.passes_four_fifths is False
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.59 / 0.92 < found.high < 0.8


@pytest.mark.chapter(26)
def test_a_ratio_that_passes_by_luck_does_not_surely_pass() -> None:
    found = impact(
        handed_out({"a": [0.2, 1.0, 0.9, 0.6, 0.9], "b": [0.8, 0.9, 0.85, 0.7, 0.95]}), ["gender"]
    )
    assert found.passes_four_fifths is True
    assert found.surely_passes is False


def test_everything_delivered_still_leaves_doubt_with_few_speakers() -> None:
    found = impact(handed_out({"a": [1.0] * 6, "b": [1.0] * 10}), ["gender"])
    assert (found.ratio, found.high) == (1, 1)
    assert found.low == pytest.approx(0.025 ** (1 / 6))
    assert (found.passes_four_fifths, found.surely_passes) == (True, False)


def test_nothing_delivered_to_one_group() -> None:
    found = impact(handed_out({"a": [0.0] * 6, "b": [0.5] * 10}), ["gender"])
    assert (found.ratio, found.low, found.lowest) == (0, 0, ("a",))
    assert found.high is not None
    assert 0 < found.high <= 1
    assert found.passes_four_fifths is False


def test_what_cannot_be_compared() -> None:
    nothing = impact(handed_out({"a": [0.0] * 6, "b": [0.0] * 6}), ["gender"])
    assert nothing.ratio is None
    assert "Nothing was delivered" in str(nothing.reason)
    few = impact(handed_out({"a": [0.5] * 6, "b": [0.5] * 4}), ["gender"])
    assert few.shares == {("a",): 0.5}
    assert "fewer than two groups have 5 speakers" in str(few.reason)
    unknown = impact(handed_out({"a": [0.5] * 6, "b": [0.5] * 6}, are="recordings"), ["gender"])
    assert "speakers are known" in str(unknown.reason)
    with pytest.raises(ValueError, match="does not say what was delivered"):
        impact(Table(np.ones(1), np.ones(1), np.array(["a"])), ["gender"])
