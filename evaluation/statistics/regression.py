"""Is it the people or their microphones? Rate ratios with recording quality held.

A Poisson model of errors with the words as offset, after Liu, Veliche & Peng, "Model-based approach
for measuring the fairness in ASR" (ICASSP 2022, arXiv 2109.09061). Utterances of a speaker hang
together; generalised estimating equations with an exchangeable correlation allow for that without
assuming how, and their covariance is corrected for few speakers (Mancl & DeRouen, Biometrics 2001).
A model with random speakers (`mixed`) is the check.
"""

# Ch 26 · Fairness: what is left of a gap between groups when the quality of their recordings is held

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import statsmodels.api as sm
from scipy import stats

from evaluation.statistics import mixed
from evaluation.statistics.bootstrap import LEVEL
from evaluation.statistics.draws import Codes, Floats, codes
from evaluation.statistics.groups import FEWEST_SPEAKERS, FEWEST_WORDS
from evaluation.statistics.table import UNKNOWN, Table

COVARIATES: Final = ("snr_db", "log_length")
_FAR: Final = 8.0
"""A coefficient beyond this (a ratio of 3000) is not an estimate but a separation."""
_TAIL: Final = (1 - LEVEL) / 2


@dataclass(frozen=True, slots=True)
class RateRatio:
    """Errors a word of a group by those of the reference group, covariates equal."""

    value: str
    """The group; of several fields joined by " × "."""
    ratio: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True)
class Controlled:
    """Rate ratios of groups; none of them when there is a `reason`."""

    reference: str | None
    """The group with most words."""
    ratios: tuple[RateRatio, ...]
    p: float | None
    """That all groups are equal (F test); for one ratio it is the p-value of that."""
    covariates: tuple[str, ...]
    """What was held."""
    effects: tuple[RateRatio, ...]
    """Of the covariates: the rate by which errors grow for one standard deviation more."""
    check: tuple[RateRatio, ...]
    """The ratios again, of the model with random speakers; empty when it could not be fitted."""
    speakers: int
    utterances: int
    left_out: int
    """Utterances without group, in a group that is too small, or without a covariate."""
    notes: tuple[str, ...]
    reason: str | None


@dataclass(frozen=True, slots=True)
class _Design:
    errors: Floats
    words: Floats
    matrix: Floats
    """[utterances, intercept + groups less one + covariates], covariates standardised."""
    speakers: Codes
    groups: tuple[str, ...]
    """Without the reference."""
    covariates: tuple[str, ...]


class _Impossible(Exception):
    """The model cannot be fitted; the message says why, to a person."""


def controlled(
    table: Table, by: Sequence[str], *, covariates: Sequence[str] = COVARIATES
) -> Controlled:
    """Fit `errors ~ groups + covariates`, with log(words) as offset, correlated within speakers.

    Covariates are names of measures, with `log_` before it for the logarithm; `log_length` is that
    of the duration. Those that are not known or do not vary are left out, with a note. Intervals
    and p-values use Student's t with as many degrees of freedom as speakers less coefficients.
    Raises `UnknownField` when nothing is known of a field.
    """
    notes: list[str] = []
    reference: str | None = None
    utterances = 0
    try:
        reference, design = _design(table, by, covariates, notes)
        utterances = len(design.errors)
        return _fitted(design, reference, len(table.errors) - utterances, notes)
    except _Impossible as impossible:
        return Controlled(
            reference=reference,
            ratios=(),
            p=None,
            covariates=(),
            effects=(),
            check=(),
            speakers=0,
            utterances=utterances,
            left_out=len(table.errors) - utterances,
            notes=tuple(notes),
            reason=str(impossible),
        )


def _design(
    table: Table, by: Sequence[str], covariates: Sequence[str], notes: list[str]
) -> tuple[str, _Design]:
    cut = table.crossing(by)
    if table.blocks_are != "speakers":
        raise _Impossible("Fewer than five speakers are known; who spoke must be known.")
    columns = _columns(table, covariates, notes)
    usable = cut.codes != UNKNOWN
    for column in columns.values():
        usable &= np.isfinite(column)
    names = [" × ".join(values) for values in cut.groups]
    kept = [code for code in range(len(names)) if _enough(table, usable & (cut.codes == code))]
    if len(kept) < 2:
        raise _Impossible(
            f"Not enough data: fewer than two groups have {FEWEST_SPEAKERS} speakers and"
            f" {FEWEST_WORDS} words with everything known that is to be held."
        )
    here = usable & np.isin(cut.codes, kept)
    group, errors, words = cut.codes[here], table.errors[here], table.words[here]
    for code in kept:
        if not errors[group == code].sum():
            raise _Impossible(f"No errors at all in the group “{names[code]}”: no ratio to it.")
    kept.sort(key=lambda code: -float(words[group == code].sum()))
    parts = [np.ones(len(errors)), *(group == code for code in kept[1:])]
    held = []
    for name, column in columns.items():
        spread = float(column[here].std())
        if spread < 1e-9:
            notes.append(f"{name} is the same everywhere and need not be held.")
        else:
            held.append(name)
            parts.append((column[here] - column[here].mean()) / spread)
    matrix = np.column_stack(parts).astype(np.float64)
    if np.linalg.cond(matrix) > 1e6:
        raise _Impossible(
            "Group and recording quality go together so closely in this corpus that they cannot be"
            " told apart."
        )
    count, speakers = codes(table.blocks[here])
    if count <= matrix.shape[1] + 1:
        raise _Impossible(
            f"{count} speakers are too few for {matrix.shape[1]} coefficients; hold less."
        )
    groups = tuple(names[code] for code in kept[1:])
    return names[kept[0]], _Design(errors, words, matrix, speakers, groups, tuple(held))


def _columns(table: Table, covariates: Sequence[str], notes: list[str]) -> dict[str, Floats]:
    found: dict[str, Floats] = {}
    for name in covariates:
        measure = {"log_length": "duration_s"}.get(name, name.removeprefix("log_"))
        column = table.measures.get(measure)
        if column is not None and name.startswith("log_"):
            column = np.log(np.where(column > 0, column, np.nan))
        if column is None or not np.isfinite(column).any():
            notes.append(f"{name} is not known and was not held.")
        else:
            found[name] = column
    return found


def _enough(table: Table, here: Any) -> bool:
    speakers = len(np.unique(table.blocks[here]))
    return speakers >= FEWEST_SPEAKERS and float(table.words[here].sum()) >= FEWEST_WORDS


def _fitted(design: _Design, reference: str, left_out: int, notes: list[str]) -> Controlled:
    model = sm.GEE(
        design.errors,
        design.matrix,
        groups=design.speakers,
        family=sm.families.Poisson(),
        cov_struct=sm.cov_struct.Exchangeable(),
        offset=np.log(design.words),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            result = model.fit(maxiter=100, cov_type="bias_reduced")
        except (np.linalg.LinAlgError, ValueError, FloatingPointError):
            result = None
    if result is None or not result.converged:
        raise _Impossible("The model did not converge on this data.")
    estimates = np.asarray(result.params)
    covariance = np.asarray(result.cov_robust_bc)
    usable = np.isfinite(estimates).all() and np.isfinite(covariance).all()
    if not usable or (np.abs(estimates) > _FAR).any() or (np.diag(covariance) <= 0).any():
        raise _Impossible("The model ran away: a group or a covariate separates right from wrong.")
    speakers = int(design.speakers.max()) + 1
    freedom = speakers - len(estimates)
    names = (*design.groups, *design.covariates)
    found = [
        _ratio(name, estimates[i], float(np.sqrt(covariance[i, i])), freedom)
        for i, name in enumerate(names, start=1)
    ]
    compared = len(design.groups)
    return Controlled(
        reference=reference,
        ratios=tuple(found[:compared]),
        p=_all_equal(
            estimates[1 : 1 + compared], covariance[1 : 1 + compared, 1 : 1 + compared], freedom
        ),
        covariates=design.covariates,
        effects=tuple(found[compared:]),
        check=_check(design, notes),
        speakers=speakers,
        utterances=len(design.errors),
        left_out=left_out,
        notes=tuple(notes),
        reason=None,
    )


def _ratio(name: str, estimate: float, error: float, freedom: float) -> RateRatio:
    reach = float(stats.t.ppf(1 - _TAIL, freedom)) * error
    return RateRatio(
        value=name,
        ratio=float(np.exp(estimate)),
        low=float(np.exp(estimate - reach)),
        high=float(np.exp(estimate + reach)),
        p=float(2 * stats.t.sf(abs(estimate) / error, freedom)),
    )


def _all_equal(estimates: Floats, covariance: Floats, freedom: int) -> float:
    """Wald's test as F: with one estimate the p-value of its t."""
    wald = float(estimates @ np.linalg.solve(covariance, estimates))
    return float(stats.f.sf(wald / len(estimates), len(estimates), freedom))


def _check(design: _Design, notes: list[str]) -> tuple[RateRatio, ...]:
    """The ratios of the model with random speakers."""
    found = mixed.fit(design.errors, design.words, design.matrix, design.speakers)
    if found is None:
        notes.append("The model with random speakers did not converge; there is no check.")
        return ()
    freedom = int(design.speakers.max()) + 1 - len(found.estimates)
    return tuple(
        _ratio(name, float(found.estimates[i]), float(np.sqrt(found.covariance[i, i])), freedom)
        for i, name in enumerate(design.groups, start=1)
    )
