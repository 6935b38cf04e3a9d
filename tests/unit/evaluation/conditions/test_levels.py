"""The active level is that of the speech, however long its pauses are."""

from __future__ import annotations

import numpy as np
import pytest

from evaluation.conditions.levels import PEAK, active, active_dbfs, dbfs, fitted

RATE = 16_000


def bursts(pause_s: float, noise: float = 0.0) -> np.ndarray:
    """Four times two seconds of a tone at -20 dBFS, with pauses between."""
    time = np.arange(2 * RATE) / RATE
    tone = 0.1 * np.sqrt(2) * np.sin(2 * np.pi * 440 * time)
    hush = np.zeros(round(pause_s * RATE))
    whole = np.concatenate([part for _ in range(4) for part in (tone, hush)])
    hiss = np.random.default_rng(1).standard_normal(len(whole)) * noise
    return (whole + hiss).astype(np.float32)


@pytest.mark.parametrize("pause_s", [0.0, 1.0, 5.0, 30.0])
@pytest.mark.parametrize("noise", [0.0, 0.001])
def test_pauses_do_not_lower_the_active_level(pause_s: float, noise: float) -> None:
    samples = bursts(pause_s, noise)
    assert active_dbfs(samples) == pytest.approx(-20, abs=0.5)
    if pause_s >= 5:
        assert dbfs(samples) < -24.9


def test_active_is_where_the_tone_is() -> None:
    found = active(bursts(3.0, 0.001))
    assert found[: 2 * RATE].all()
    assert not found[round(2.3 * RATE) : 5 * RATE - RATE // 50].any()


def test_silence_has_a_finite_level() -> None:
    silence = np.zeros(RATE, dtype=np.float32)
    assert dbfs(silence) == active_dbfs(silence) == dbfs(silence[:0]) == -120


def test_a_mixture_that_does_not_fit_is_scaled_as_a_whole() -> None:
    samples = np.array([0.5, -2.0, 1.0], dtype=np.float32)
    assert fitted(samples) == pytest.approx(samples * PEAK / 2)
    assert fitted(samples / 4) is not None
    assert np.array_equal(fitted(samples / 4), samples / 4)
