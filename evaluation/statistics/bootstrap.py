"""Intervals of error rates: bootstrap by block.

The percentile interval of few speakers is too narrow, and misses mostly below the truth: who is
hardest to understand was not among them. Here the draws give the standard error of the logarithm of
the rate, and Student's t, with as many degrees of freedom as blocks less one, says how many of them
the truth may be away. `results/coverage.json` has what each covers, docs/decisions/0013 the choice.
"""

# Ch 15 · Model Quality: a rate without the width of what is not known is not reported

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from evaluation.statistics.draws import DRAWS, Floats, by_block, codes, totals

FEWEST_BLOCKS: Final = 5
"""With fewer there is a value and no interval."""
LEVEL: Final = 0.95
TAIL: Final = (1 - LEVEL) / 2


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % interval. `None`: not known (fewer than five blocks), or no bound."""

    value: float
    low: float | None
    high: float | None
    blocks: int

    def as_dict(self) -> dict[str, float | int | None]:
        return {"value": self.value, "low": self.low, "high": self.high, "blocks": self.blocks}


@dataclass(frozen=True, slots=True)
class Resampled:
    """A ratio of sums over blocks, and the same in every draw [draws]."""

    value: float
    drawn: Floats
    blocks: int

    def reach(self, distances: Floats) -> float:
        """Half the width of the interval, from the `distances` of draws to the estimate."""
        return float(stdtrit(self.blocks - 1, 1 - TAIL)) * standard_error(distances, self.blocks)


def standard_error(distances: Floats, blocks: int) -> float:
    """Of draws around their estimate; blocks drawn from blocks vary too little by (n - 1) / n."""
    return float(distances.std()) * float(np.sqrt(blocks / max(blocks - 1, 1)))


def resample(top: Floats, bottom: Floats, *, draws: int = DRAWS, seed: int = 1) -> Resampled:
    """Draw blocks; `top` and `bottom` [blocks] are what is divided, `bottom` not zero in all."""
    sums = totals(np.column_stack([top, bottom]), draws=draws, seed=seed)
    sums = sums[sums[:, 1] > 0]
    return Resampled(float(top.sum() / bottom.sum()), sums[:, 0] / sums[:, 1], len(top))


def interval(
    errors: ArrayLike,
    words: ArrayLike,
    blocks: Sequence[Hashable] | NDArray[np.generic],
    *,
    draws: int = DRAWS,
    seed: int = 1,
) -> Interval:
    """Errors by words, pooled over utterances, and how far it may be off for other speakers.

    `errors`, `words`, `blocks`: one entry an utterance. The same seed gives the same interval.
    Where nothing was wrong the upper bound is the exact Poisson one (3.7 errors), which takes words
    for independent and is therefore a lower bound of the upper bound.
    Raises `ValueError` when lengths differ or the references have no words.
    """
    top, bottom = _checked(errors, words, len(blocks))
    count, index = codes(blocks)
    e, w = by_block(top, index, count), by_block(bottom, index, count)
    value = float(e.sum() / w.sum())
    if count < FEWEST_BLOCKS:
        return Interval(value, None, None, count)
    if value == 0:
        return Interval(0.0, 0.0, float(-np.log(TAIL) / w.sum()), count)
    found = resample(e, w, draws=draws, seed=seed)
    # A draw without errors has no logarithm: half an error stands for it
    distances = np.log(np.maximum(found.drawn, 0.5 / w.sum()) / value)
    reach = max(found.reach(distances), _linear(e, w) * float(stdtrit(count - 1, 1 - TAIL)))
    return Interval(value, value * float(np.exp(-reach)), value * float(np.exp(reach)), count)


def _linear(e: Floats, w: Floats) -> float:
    """Standard error of the logarithm, linearised (Cochran 1977, section 6.3).

    It holds where errors are so few that many draws have none.
    """
    spread = e - w * e.sum() / w.sum()
    return float(np.sqrt((spread**2).sum() * len(e) / (len(e) - 1)) / e.sum())


def _checked(errors: ArrayLike, words: ArrayLike, blocks: int) -> tuple[Floats, Floats]:
    top = np.asarray(errors, dtype=np.float64)
    bottom = np.asarray(words, dtype=np.float64)
    if not top.shape == bottom.shape == (blocks,):
        raise ValueError("errors, words and blocks must have one entry an utterance")
    if (top < 0).any() or (bottom < 0).any():
        raise ValueError("errors and words cannot be negative")
    if bottom.sum() == 0:
        raise ValueError("the references have no words, so there is no rate")
    return top, bottom
