"""Is one system better than another on the same recordings? Paired bootstrap over blocks.

Bisani & Ney, "Bootstrap estimates for confidence intervals in ASR performance evaluation"
(ICASSP 2004), with an interval for few blocks as in `bootstrap`. Blocks are what is independent:
speakers, or sentences of a single one; words of one block are drawn together (Peng & Liu, arXiv
1912.09508).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from evaluation.statistics.bootstrap import FEWEST_BLOCKS, resample
from evaluation.statistics.draws import DRAWS, by_block, codes
from evaluation.wer import Errors


@dataclass(frozen=True, slots=True)
class Difference:
    """WER of `a` minus WER of `b`, as a fraction; below zero `a` is better."""

    value: float
    low: float | None
    high: float | None
    """95 % interval; none with fewer than five blocks."""
    a_better: float
    """Probability of improvement: share of the draws in which `a` is better, ties counted half."""
    blocks: int

    @property
    def not_worse(self) -> bool:
        """Whether there is an interval and it gives no reason to call `a` worse."""
        return self.low is not None and self.low <= 0.0


def compare(
    a: Sequence[Errors],
    b: Sequence[Errors],
    blocks: Sequence[Hashable],
    *,
    draws: int = DRAWS,
    seed: int = 1,
) -> Difference:
    """Compare two systems on the same utterances.

    Raises `ValueError` when the utterances do not match or have no words.
    """
    if not len(a) == len(b) == len(blocks) or [e.words for e in a] != [e.words for e in b]:
        raise ValueError("both systems must be scored on the same utterances")
    count, index = codes(blocks)
    words = by_block([e.words for e in a], index, count)
    if not words.sum():
        raise ValueError("the references have no words, so there is no rate")
    more = by_block([x.total - y.total for x, y in zip(a, b, strict=True)], index, count)
    found = resample(more, words, draws=draws, seed=seed)
    reach = found.reach(found.drawn - found.value) if count >= FEWEST_BLOCKS else None
    return Difference(
        value=found.value,
        low=None if reach is None else found.value - reach,
        high=None if reach is None else found.value + reach,
        a_better=float((found.drawn < 0).mean() + (found.drawn == 0).mean() / 2),
        blocks=count,
    )
