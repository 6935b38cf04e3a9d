"""Figures of a sound, without a model: level, clipping, silence; `snr_db` has a file of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from data.audio.decode import Samples
from data.audio.snr import snr_db

__all__ = [
    "clipped_share",
    "dc_offset",
    "frame_levels_dbfs",
    "level_dbfs",
    "silent_share",
    "snr_db",
    "zero_share",
]

FRAME_S = 0.02
FLOOR_DBFS = -100.0
"""What digital silence is said to have, so that figures stay finite."""

_CLIPPING_STARTS = 0.25
"""Peaks below -12 dBFS are a quiet recording's few steps of level, not a flattened wave."""
_FLAT_RUN = 3
_TOP = 0.9998


def level_dbfs(samples: Samples) -> float:
    """Root mean square against full scale, in dB."""
    power = float(np.mean(np.square(samples), dtype=np.float64)) if len(samples) else 0.0
    return max(FLOOR_DBFS, 10 * float(np.log10(power + 1e-12)))


def frame_levels_dbfs(samples: Samples, rate_hz: int) -> NDArray[np.float32]:
    """Levels of frames of 20 ms, one after the other; a rest shorter than a frame is left out."""
    size = max(1, round(FRAME_S * rate_hz))
    whole = len(samples) // size
    power = np.mean(np.square(samples[: whole * size].reshape(whole, size)), axis=1)
    levels: NDArray[np.float32] = np.maximum(FLOOR_DBFS, 10 * np.log10(power + 1e-12))
    return levels.astype(np.float32, copy=False)


def clipped_share(samples: Samples) -> float:
    """Share of samples in flat tops: three or more in a row at the greatest value there is.

    Taken from the sound's own peak, because a recording that was clipped and then turned down
    is as broken as before.
    """
    peak = float(np.max(np.abs(samples), initial=0.0))
    if peak < _CLIPPING_STARTS:
        return 0.0
    clipped = 0
    for at_top in (samples >= _TOP * peak, samples <= -_TOP * peak):
        edges = np.flatnonzero(np.diff(np.concatenate(([False], at_top, [False])).astype(np.int8)))
        runs = edges[1::2] - edges[::2]
        clipped += int(runs[runs >= _FLAT_RUN].sum())
    return clipped / len(samples)


def zero_share(samples: Samples, rate_hz: int) -> float:
    """Share of the time that is digital silence: 20 ms or more of nothing but one value."""
    if not len(samples):
        return 1.0
    change = np.flatnonzero(np.diff(samples) != 0)
    edges = np.concatenate(([-1], change, [len(samples) - 1]))
    runs = np.diff(edges)
    return float(runs[runs >= FRAME_S * rate_hz].sum()) / len(samples)


def silent_share(samples: Samples, rate_hz: int, below_dbfs: float = -60.0) -> float:
    """Share of frames quieter than `below_dbfs`; 1 for a sound shorter than a frame."""
    levels = frame_levels_dbfs(samples, rate_hz)
    return float(np.mean(levels < below_dbfs)) if len(levels) else 1.0


def dc_offset(samples: Samples) -> float:
    """Mean value, full scale 1: not zero when the recording's middle line is displaced."""
    return float(np.mean(samples, dtype=np.float64)) if len(samples) else 0.0
