"""How loud speech is, without its pauses. Everything about SNR and gain stands on this file."""

from __future__ import annotations

from typing import Final

import numpy as np

from worker.pipeline.types import SAMPLE_RATE, Samples

PEAK: Final = 0.99
"""What a mixture is scaled down to when it would not fit: noise must not become clipping."""
_FRAME: Final = SAMPLE_RATE // 100
_MARGIN_DB: Final = 15.9
_HANGOVER: Final = 20
_SILENCE_DBFS: Final = -120.0


def dbfs(samples: Samples) -> float:
    """Root mean square level of all samples against full scale; -120 for digital silence."""
    power = float(np.mean(np.square(samples, dtype=np.float64))) if samples.size else 0.0
    return float(max(10 * np.log10(power + 1e-30), _SILENCE_DBFS))


def active(samples: Samples) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which samples lie in speech that is active, after ITU-T P.56, method B.

    A frame of 10 ms is active when it, or one of the 200 ms before it, is no more than 15.9 dB
    below the active level; that level is all energy divided by the active time. P.56 finds the
    pair with an envelope and thresholds 6 dB apart, here it is the loudest threshold that is a
    fixed point on frames.
    """
    count = -(-len(samples) // _FRAME)
    padded = np.zeros(count * _FRAME)
    padded[: len(samples)] = samples
    energy = np.square(padded.reshape(count, _FRAME)).sum(axis=1)
    total = energy.sum()
    frames = np.ones(count, dtype=bool)
    if total > 0:
        levels = 10 * np.log10(energy / _FRAME + 1e-30)
        for threshold in np.arange(levels.max(), levels.max() - 60, -0.25):
            frames = _held(levels >= threshold)
            level = 10 * np.log10(total / (_FRAME * frames.sum()))
            if level - threshold >= _MARGIN_DB:
                break
    return np.repeat(frames, _FRAME)[: len(samples)]


def active_dbfs(samples: Samples) -> float:
    """Level of the speech in `samples`, its pauses left out (see `active`)."""
    speaking = active(samples)
    power = np.square(samples, dtype=np.float64).sum() / max(int(speaking.sum()), 1)
    return float(max(10 * np.log10(power + 1e-30), _SILENCE_DBFS))


def gain(samples: Samples, decibels: float) -> Samples:
    """Louder or softer by so much; nothing is clipped here."""
    return (samples * 10 ** (decibels / 20)).astype(np.float32)


def fitted(samples: Samples) -> Samples:
    """The same, scaled down as a whole if a peak would not fit."""
    peak = float(np.abs(samples).max(initial=0.0))
    return samples if peak <= PEAK else (samples * (PEAK / peak)).astype(np.float32)


def _held(
    loud: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Also the frames up to the hangover after a loud one."""
    number = np.arange(len(loud))
    last = np.maximum.accumulate(np.where(loud, number, -_HANGOVER - 1))
    held: np.ndarray[tuple[int], np.dtype[np.bool_]] = number - last <= _HANGOVER
    return held
