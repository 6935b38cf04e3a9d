"""Between which bounds the largest difference between groups lies, all pairs looked at together.

Whoever picks the best and the worst of several groups picks luck as well: the largest difference is
above zero even where there is none, and an interval made for two groups chosen beforehand is wrong
for two chosen because they are far apart. So every pair gets an interval that holds for all pairs
at once (as Tukey's range test, with the dependence of the pairs taken from the draws), and the
bounds of the largest difference follow from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.special import ndtr, stdtrit

from evaluation.statistics.bootstrap import LEVEL, TAIL
from evaluation.statistics.draws import Codes, Floats, totals


@dataclass(frozen=True, slots=True)
class Together:
    """Ratios of several groups, and the same in every draw."""

    rates: Floats
    """[groups]"""
    drawn: Floats
    """[draws, groups]"""
    least: Floats
    """[groups]: what stands for a rate of zero where a logarithm is taken, half of one."""
    blocks: Floats
    """[groups]: how many have something in the group."""
    separate: bool
    """Whether every block is in one group only."""


def resample(top: Floats, bottom: Floats, *, draws: int, seed: int) -> Together:
    """Draw blocks jointly for all groups. `top`, `bottom`: [blocks, groups].

    Where every block is in one group only (a speaker has one gender), blocks are drawn within their
    groups; else (a speaker has short and long utterances) over all, each with all its parts.
    """
    present = bottom > 0
    separate = bool((present.sum(axis=1) <= 1).all())
    if separate:
        sums = np.stack(
            [
                totals(np.column_stack([t[has], b[has]]), draws=draws, seed=seed + i)
                for i, (t, b, has) in enumerate(zip(top.T, bottom.T, present.T, strict=True))
            ],
            axis=-1,
        )
    else:
        sums = totals(np.concatenate([top, bottom], axis=1), draws=draws, seed=seed)
        sums = sums.reshape(draws, 2, -1)
        sums = sums[(sums[:, 1] > 0).all(axis=1)]
    return Together(
        rates=top.sum(axis=0) / bottom.sum(axis=0),
        drawn=sums[:, 0] / sums[:, 1],
        least=0.5 / bottom.sum(axis=0),
        blocks=present.sum(axis=0).astype(np.float64),
        separate=separate,
    )


@dataclass(frozen=True, slots=True)
class Largest:
    """The largest difference of two groups, and where the true largest one lies."""

    value: float
    low: float
    high: float


def largest(found: Together, *, log: bool = False) -> Largest | None:
    """Bounds of the largest difference of rates, or with `log` of their logarithms.

    The lower bound is zero where no pair is shown to differ. None when there is nothing to compare:
    one group, or with `log` a group whose rate is zero.
    """
    rates, drawn = found.rates, found.drawn
    if len(rates) < 2 or (log and (rates <= 0).any()):
        return None
    if log:
        rates, drawn = np.log(rates), np.log(np.maximum(drawn, found.least))
    # Blocks drawn from n blocks vary too little by (n - 1) / n
    away = (drawn - rates) * np.sqrt(found.blocks / np.maximum(found.blocks - 1, 1))
    first, second = np.array(list(combinations(range(len(rates)), 2))).T
    between = away[:, first] - away[:, second]
    error = between.std(axis=0)
    reach = error * _errors_needed(between, error, _freedom(found, away, first, second))
    apart = np.abs(rates[first] - rates[second])
    return Largest(
        value=float(apart.max()),
        low=max(0.0, float((apart - reach).max())),
        high=float((apart + reach).max()),
    )


def _errors_needed(between: Floats, error: Floats, freedom: Floats) -> Floats:
    """How many standard errors each pair [pairs] needs so that all hold in 95 of 100 draws.

    The draws [draws, pairs] say how much stricter each pair must be judged because there are
    others; Student's t says what that strictness is worth with few blocks.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        furthest = np.nan_to_num(np.abs(between) / error).max(axis=1)
    strict = min(TAIL, 1 - float(ndtr(np.quantile(furthest, LEVEL))))
    needed: Floats = stdtrit(freedom, 1 - strict)
    return needed


def _freedom(found: Together, away: Floats, first: Codes, second: Codes) -> Floats:
    """Degrees of freedom of each pair; Welch & Satterthwaite for groups of different people."""
    less = np.maximum(found.blocks - 1, 1)
    if not found.separate:
        return np.asarray(np.minimum(less[first], less[second]))
    variance = np.maximum(away.var(axis=0), 1e-30)
    both = variance[first] + variance[second]
    parts = variance[first] ** 2 / less[first] + variance[second] ** 2 / less[second]
    freedom: Floats = both**2 / parts
    return freedom
