"""Is one system better than another on the same recordings? Paired bootstrap over blocks.

Bisani & Ney, "Bootstrap estimates for confidence intervals in ASR performance evaluation"
(ICASSP 2004). Blocks are what is independent: speakers, or sentences of a single one; words of
one block are drawn together (Peng & Liu, arXiv 1912.09508).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.wer import Errors

DRAWS = 10_000


@dataclass(frozen=True, slots=True)
class Difference:
    """WER of `a` minus WER of `b`, in percentage points; below zero `a` is better."""

    points: float
    low: float
    high: float
    """The middle 95 % of the draws."""
    a_better: float
    """Share of the draws in which `a` is better, ties counted half."""
    blocks: int

    @property
    def not_worse(self) -> bool:
        """Whether the interval gives no reason to call `a` worse."""
        return self.low <= 0.0


def compare(
    a: Sequence[Errors], b: Sequence[Errors], blocks: Sequence[Hashable], *, seed: int = 1
) -> Difference:
    """Compare two systems on the same utterances.

    Raises `ValueError` when the utterances do not match.
    """
    if not len(a) == len(b) == len(blocks) or [e.words for e in a] != [e.words for e in b]:
        raise ValueError("both systems must be scored on the same utterances")
    names, index = np.unique(np.array([str(block) for block in blocks]), return_inverse=True)
    words = np.bincount(index, [e.words for e in a])
    first = np.bincount(index, [e.total for e in a])
    second = np.bincount(index, [e.total for e in b])
    draws = np.random.default_rng(seed).multinomial(
        len(names), np.full(len(names), 1 / len(names)), size=DRAWS
    )
    gaps = 100 * (draws @ (first - second)) / (draws @ words)
    low, high = np.quantile(gaps, [0.025, 0.975])
    return Difference(
        points=float(100 * (first - second).sum() / words.sum()),
        low=float(low),
        high=float(high),
        a_better=float((gaps < 0).mean() + (gaps == 0).mean() / 2),
        blocks=len(names),
    )
