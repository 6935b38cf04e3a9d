"""Poisson regression in which every speaker has an unknown factor of their own (mixed model).

The factor is gamma distributed around one, so that the likelihood has a closed form (Hausman, Hall
& Griliches, Econometrica 1984): nothing is sampled and nothing approximated. Why it is not
statsmodels' `PoissonBayesMixedGLM`: docs/decisions/0013.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import approx_fprime, minimize
from scipy.special import digamma, gammaln

from evaluation.statistics.draws import Codes, Floats

_LEAST, _MOST = -5.0, 12.0
"""Bounds of the logarithm of the shape: speakers differ wildly, or not at all."""
_STEP: Final = 1e-5


@dataclass(frozen=True, slots=True)
class Mixed:
    """Coefficients, their covariance, and how much speakers differ."""

    estimates: Floats
    covariance: Floats
    speaker_spread: float
    """Coefficient of variation of the speakers' factors; 0: none differs from the others."""


def fit(errors: Floats, words: Floats, matrix: Floats, speakers: Codes) -> Mixed | None:
    """Maximum likelihood. `matrix` [utterances, coefficients] with the intercept first.

    None when it does not converge.
    """
    count = int(speakers.max()) + 1
    by_speaker = np.bincount(speakers, errors, count)
    offset = np.log(words)

    def both(theta: Floats) -> tuple[float, Floats]:
        """Negative log-likelihood an utterance, and its gradient."""
        shape = np.exp(theta[-1])
        mean = np.exp(np.clip(matrix @ theta[:-1] + offset, -50, 50))
        expected = np.bincount(speakers, mean, count)
        weight = (by_speaker + shape) / (expected + shape)
        value = (
            (errors * np.log(mean)).sum()
            + (gammaln(by_speaker + shape) - gammaln(shape)).sum()
            + count * shape * np.log(shape)
            - ((by_speaker + shape) * np.log(expected + shape)).sum()
        )
        slope = matrix.T @ (errors - mean * weight[speakers])
        by_shape = (
            digamma(by_speaker + shape)
            - digamma(shape)
            + np.log(shape)
            + 1
            - np.log(expected + shape)
            - weight
        ).sum()
        n = len(errors)
        return -float(value) / n, -np.append(slope, by_shape * shape) / n

    start = np.zeros(matrix.shape[1] + 1)
    start[0] = np.log(errors.sum() / words.sum())
    start[-1] = 1.0
    bounds = [(None, None)] * matrix.shape[1] + [(_LEAST, _MOST)]
    found = minimize(
        both,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": 500, "gtol": 1e-7, "ftol": 1e-13},
    )
    if not found.success or not np.isfinite(found.x).all():
        return None
    free = slice(None) if _LEAST < found.x[-1] < _MOST - 1e-3 else slice(0, -1)
    curvature = approx_fprime(found.x, lambda theta: both(theta)[1], _STEP) * len(errors)
    curvature = ((curvature + curvature.T) / 2)[free, free]
    try:
        covariance = np.linalg.inv(curvature)
    except np.linalg.LinAlgError:
        return None
    k = matrix.shape[1]
    if not (np.diag(covariance)[:k] > 0).all():
        return None
    none = found.x[-1] >= _MOST - 1e-3
    return Mixed(found.x[:k], covariance[:k, :k], 0.0 if none else float(np.exp(-found.x[-1] / 2)))
