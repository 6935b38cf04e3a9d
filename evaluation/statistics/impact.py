"""Who gets a transcript without waiting for a person? Disparate impact and the four-fifths rule.

29 CFR 1607.4(D): a selection rate of a group below four fifths of that of the group with the
highest rate is taken as evidence of adverse impact. "Selected" is here: delivered without a human
pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from evaluation.statistics import pairs
from evaluation.statistics.bootstrap import LEVEL
from evaluation.statistics.draws import DRAWS, Floats, codes
from evaluation.statistics.groups import FEWEST_SPEAKERS, crosstab
from evaluation.statistics.table import UNKNOWN, Table

FOUR_FIFTHS: Final = 0.8


@dataclass(frozen=True, slots=True)
class Impact:
    """The lowest share delivered by the highest; everything but `shares` is None with a reason."""

    shares: dict[tuple[str, ...], float]
    """Of the utterances of each group with at least five speakers."""
    ratio: float | None
    low: float | None
    high: float | None
    lowest: tuple[str, ...] | None
    passes_four_fifths: bool | None
    """Whether the ratio itself reaches 0.8."""
    surely_passes: bool | None
    """Whether the whole interval does: with few speakers the ratio alone decides nothing."""
    reason: str | None


def impact(table: Table, by: Sequence[str], *, draws: int = DRAWS, seed: int = 1) -> Impact:
    """Compare groups by the share of their utterances in `table.delivered`.

    The bounds allow for having picked the extremes. Where they cannot be drawn, because everything
    or nothing of the extreme groups was delivered, they are the exact ones of as many trials as
    the smallest group has speakers.
    Raises `UnknownField` when nothing is known of a field, `ValueError` without `delivered`.
    """
    if table.delivered is None:
        raise ValueError("the table does not say what was delivered without a human pass")
    cut = table.crossing(by)
    if table.blocks_are != "speakers":
        return _none({}, "Fewer than five speakers are known, so nothing can be said of groups.")
    kept = [
        code
        for code in range(len(cut.groups))
        if len(np.unique(table.blocks[cut.codes == code])) >= FEWEST_SPEAKERS
    ]
    here = np.isin(cut.codes, kept) & (cut.codes != UNKNOWN)
    blocks, speakers = codes(table.blocks[here])
    group = np.searchsorted(kept, cut.codes[here])
    shape = (speakers, group, blocks, len(kept))
    done = crosstab(table.delivered[here].astype(np.float64), *shape)
    asked = crosstab(np.ones(int(here.sum())), *shape)
    rates = done.sum(axis=0) / asked.sum(axis=0)
    shares = {cut.groups[code]: float(rate) for code, rate in zip(kept, rates, strict=True)}
    if len(kept) < 2:
        return _none(
            shares, f"Not enough data: fewer than two groups have {FEWEST_SPEAKERS} speakers."
        )
    if not rates.any():
        return _none(shares, "Nothing was delivered without a human pass, in any group.")
    ratio = float(rates.min() / rates.max())
    low, high = _bounds(done, asked, ratio, draws, seed)
    return Impact(
        shares=shares,
        ratio=ratio,
        low=low,
        high=high,
        lowest=cut.groups[kept[int(rates.argmin())]],
        passes_four_fifths=ratio >= FOUR_FIFTHS,
        surely_passes=low >= FOUR_FIFTHS,
        reason=None,
    )


def _bounds(
    done: Floats, asked: Floats, ratio: float, draws: int, seed: int
) -> tuple[float, float]:
    exact = ((1 - LEVEL) / 2) ** (1 / int((asked > 0).sum(axis=0).min()))
    rates = done.sum(axis=0) / asked.sum(axis=0)
    if rates.min() == 0:
        return 0.0, min(1.0, (1 - exact) / float(rates.max()))
    if rates.min() == rates.max() == 1:
        return exact, 1.0
    found = pairs.largest(pairs.resample(done, asked, draws=draws, seed=seed), log=True)
    if found is None or found.value == 0 == found.high:
        return ratio * exact, 1.0
    return float(np.exp(-found.high)), float(np.exp(-found.low))


def _none(shares: dict[tuple[str, ...], float], reason: str) -> Impact:
    return Impact(shares, None, None, None, None, None, None, reason)
