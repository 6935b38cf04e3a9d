"""Is a word given 90 % right nine times in ten, and how well are right and wrong told apart?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import stats

from evaluation.metrics.alignment import agreeing
from evaluation.metrics.texts import normalise
from evaluation.metrics.tokens import tokens_of

BINS: Final = 15
_SURE: Final = 5e-5
"""Probabilities are kept with four decimals: a 1 may have been anything above 1 - 0.00005. Taken
as certain, one wrong word would make the entropy infinite."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bin:
    """Words of about the same probability."""

    low: float
    high: float
    count: int
    mean_probability: float
    share_right: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Of the words that can be judged. A model that knows its doubts has ECE 0 and NCE near 1."""

    words: int
    right: int
    ece: float
    """Expected calibration error: |share right - mean probability| by bins of equal mass."""
    brier: float
    """Mean squared distance of the probability from right (1) and wrong (0)."""
    nce: float | None
    """Normalised cross entropy (NIST): above 0 the probabilities say more than the share of right
    words alone. None when all words are right, or all wrong."""
    auroc: float | None
    """Chance that a right word has the higher probability than a wrong one. None likewise."""
    bins: tuple[Bin, ...]
    """For the reliability diagram."""


def align_words(reference: str, words: Sequence[str]) -> list[bool | None]:
    """For each recognised word: is it right? None when it is nothing in the `english` form.

    Words the normaliser joins ("twenty one" to 21) are right or wrong together; one that it
    splits ("it's") is right when all of its parts are. "um" or a lone mark is neither: it is
    left out of the calibration, as it is out of the word error rate.
    """
    traced = tokens_of(words)
    right = {heard for _, heard in agreeing(normalise(reference).split(), traced.tokens)}
    return [
        all(token in right for token in tokens) if tokens else None
        for tokens in traced.of_words(len(words))
    ]


# Ch 9 · Quality Attributes of ML Components: the doubt shown to readers is itself measured against what was right
def calibration(
    probabilities: Sequence[float], right: Sequence[bool | None], bins: int = BINS
) -> Calibration | None:
    """Compare probabilities with what was right; None without a word that can be judged.

    Raises `ValueError` for unequal lengths and for probabilities outside 0-1.
    """
    if len(probabilities) != len(right):
        raise ValueError(f"{len(probabilities)} probabilities, but {len(right)} words")
    judged = [(p, bool(r)) for p, r in zip(probabilities, right, strict=True) if r is not None]
    if not judged:
        return None
    p = np.array([each for each, _ in judged], dtype=np.float64)
    r = np.array([each for _, each in judged], dtype=np.float64)
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError("a probability lies outside 0-1")
    found = _bins(p, r, bins)
    return Calibration(
        words=len(judged),
        right=int(r.sum()),
        ece=sum(b.count * abs(b.share_right - b.mean_probability) for b in found) / len(judged),
        brier=float(((p - r) ** 2).mean()),
        nce=_nce(p, r),
        auroc=_auroc(p, r),
        bins=found,
    )


def _bins(p: Floats, r: Floats, bins: int) -> tuple[Bin, ...]:
    """Bins of equal mass. Equal probabilities stay together, whatever their order: many are 1."""
    edges = np.unique(np.quantile(p, np.linspace(0, 1, bins + 1), method="inverted_cdf"))
    index = np.clip(np.searchsorted(edges, p, side="left") - 1, 0, None)
    found = []
    for each in np.unique(index):
        of = index == each
        found.append(
            Bin(
                low=float(p[of].min()),
                high=float(p[of].max()),
                count=int(of.sum()),
                mean_probability=float(p[of].mean()),
                share_right=float(r[of].mean()),
            )
        )
    return tuple(found)


def _nce(p: Floats, r: Floats) -> float | None:
    share = r.mean()
    if share in (0.0, 1.0):
        return None
    before = -(share * np.log2(share) + (1 - share) * np.log2(1 - share))
    given = np.clip(np.where(r == 1, p, 1 - p), _SURE, 1 - _SURE)
    return float((before + np.log2(given).mean()) / before)


def _auroc(p: Floats, r: Floats) -> float | None:
    """From the ranks (Mann and Whitney); ties count half."""
    positives = int(r.sum())
    negatives = len(r) - positives
    if not positives or not negatives:
        return None
    ranks = stats.rankdata(p)[r == 1].sum()
    return float((ranks - positives * (positives + 1) / 2) / (positives * negatives))
