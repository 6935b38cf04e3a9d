"""The ratio of speech to noise, estimated from one recording without a model."""

from __future__ import annotations

import numpy as np

from data.audio.decode import Samples

LOWEST_DB, HIGHEST_DB = -10.0, 50.0

_WADA = (
    0.4121, 0.4150, 0.4201, 0.4287, 0.4421, 0.4618, 0.4888, 0.5234, 0.5654, 0.6139, 0.6673,
    0.7242, 0.7828, 0.8417, 0.8997, 0.9558, 1.0095, 1.0604, 1.1081, 1.1527, 1.1941, 1.2323,
    1.2676, 1.3001, 1.3299, 1.3573, 1.3823, 1.4052, 1.4262, 1.4453, 1.4628,
)  # fmt: skip
"""ln E|z| - E ln|z| at -10, -8 … 50 dB for z = speech + noise, speech by a symmetric gamma
distribution of shape 0.4, noise by a normal one: C. Kim, R. Stern, Robust signal-to-noise ratio
estimation based on waveform amplitude distribution analysis, Interspeech 2008. The test computes
it again."""
_STEP = 256
_SHORTEST = 4_800
_DIGITAL_SILENCE = 2**-15
"""Root mean square of a frame below one step of 16 bits."""


def snr_db(samples: Samples) -> float | None:
    """Speech to noise in dB, from -10 to 50, of float32 mono at 16 kHz, shape (n,).

    The smaller of two estimates: from the distribution of amplitudes (WADA: speech has many small
    values and few large ones, noise has not), and from the quietest fifth of the frames. Steady
    noise is measured well by both. Noise with pauses looks like speech to either, music with a
    melody most of all: those ratios come out too high.

    None where nothing can be said: less than 0.3 s that is not digital silence.
    """
    sounding = _without_digital_silence(samples)
    if len(sounding) < _SHORTEST:
        return None
    estimate = min(_by_amplitudes(sounding), _by_pauses(sounding))
    return float(np.clip(estimate, LOWEST_DB, HIGHEST_DB))


def _without_digital_silence(samples: Samples) -> Samples:
    """Gaps that were put in by a program say nothing of the room."""
    whole = len(samples) // _STEP
    frames = samples[: whole * _STEP].reshape(whole, _STEP)
    centred = frames - frames.mean(axis=1, keepdims=True)
    power = np.einsum("ij,ij->i", centred, centred) / _STEP
    kept: Samples = frames[power > _DIGITAL_SILENCE**2].reshape(-1)
    return kept - kept.mean() if len(kept) else kept


def _by_amplitudes(samples: Samples) -> float:
    amplitudes = np.maximum(np.abs(samples), 1e-6)
    statistic = np.log(amplitudes.mean()) - np.log(amplitudes).mean()
    return float(np.interp(statistic, _WADA, np.linspace(LOWEST_DB, HIGHEST_DB, len(_WADA))))


def _by_pauses(samples: Samples) -> float:
    """Of 32 ms frames: the quietest fifth is the noise, what all have above it is speech."""
    halves = np.square(samples).reshape(-1, _STEP).mean(axis=1)
    power = (halves[1:] + halves[:-1]) / 2
    noise = float(np.percentile(power, 20))
    speech = max(float(power.mean()) - noise, noise * 1e-3)
    return float(10 * np.log10(speech / noise))
