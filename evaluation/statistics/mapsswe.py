"""Matched pairs sentence-segment word error test, the significance test of NIST's scoring.

Gillick & Cox, "Some statistical issues in the comparison of speech recognition algorithms"
(ICASSP 1989); described at NIST as essentially a t-test of the mean difference of two systems'
errors in segments that are independent of each other.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from evaluation.statistics.draws import by_block, codes


@dataclass(frozen=True, slots=True)
class MatchedPairs:
    """Below zero `a` makes fewer errors."""

    z: float
    p: float
    """Two-sided, of the normal distribution, as NIST has it."""
    p_student: float
    """Two-sided, of Student's t: the one to read with fewer than about thirty segments."""
    p_wilcoxon: float
    """Of the signed ranks, which ask nothing of the distribution: a check."""
    segments: int


def mapsswe(
    a: ArrayLike,
    b: ArrayLike,
    segments: Sequence[Hashable] | NDArray[np.generic] | None = None,
) -> MatchedPairs | None:
    """Test whether two systems differ. `a`, `b`: errors of each utterance.

    Segments must be independent. By default every utterance is one; name the speakers as `segments`
    where what one of them says hangs together. (NIST also cuts long utterances where both systems
    got two words in a row right; ours are cut into sentences before.)
    None when it cannot be computed: fewer than two segments, or the same difference, not zero, in
    all. Raises `ValueError` when lengths differ.
    """
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if first.shape != second.shape or first.ndim != 1:
        raise ValueError("both systems must be scored on the same utterances")
    difference = first - second
    if segments is not None:
        if len(segments) != len(difference):
            raise ValueError("every utterance needs the name of its segment")
        count, index = codes(segments)
        difference = by_block(difference, index, count)
    n = len(difference)
    if n < 2:
        return None
    if not difference.any():
        return MatchedPairs(0.0, 1.0, 1.0, 1.0, n)
    spread = float(difference.std(ddof=1))
    if spread == 0:
        return None
    z = float(difference.mean() / (spread / np.sqrt(n)))
    return MatchedPairs(
        z=z,
        p=float(2 * stats.norm.sf(abs(z))),
        p_student=float(2 * stats.t.sf(abs(z), n - 1)),
        p_wilcoxon=float(stats.wilcoxon(difference, zero_method="pratt", method="approx").pvalue),
        segments=n,
    )
