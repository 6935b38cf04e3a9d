"""Samples to log-mel features, as Whisper was trained on them, of one length a batch."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from faster_whisper.feature_extractor import FeatureExtractor

from worker.pipeline.types import SAMPLE_RATE, Samples

HOP = 160
"""Samples a mel frame (10 ms)."""
TAIL_S = 1.0
"""Silence after the speech of the longest window; without it the last word is lost."""

Features = npt.NDArray[np.float32]


@lru_cache(maxsize=2)
def _extractor(n_mels: int) -> FeatureExtractor:
    return FeatureExtractor(feature_size=n_mels)


SHORT_S = 20.0
LONG_S = 28.0


def padded_frames(duration_s: float) -> int:
    """Mel frames a window of this length is padded to: one of two lengths, or its own if longer."""
    for limit_s in (SHORT_S, LONG_S):
        if duration_s <= limit_s:
            return frames_of(limit_s + TAIL_S)
    return frames_of(duration_s + TAIL_S)


def frames_of(duration_s: float) -> int:
    """Mel frames for `duration_s` seconds."""
    return round(duration_s * SAMPLE_RATE / HOP)


def log_mel(samples: Samples, frames: int, n_mels: int = 80) -> Features:
    """Features of shape `(n_mels, frames)`, the samples padded with silence or cut to fit.

    All windows of a batch get the same number of frames, so that the features of a window, and
    with them its text, do not depend on the other windows of its batch.
    """
    wanted = frames * HOP
    padded = np.zeros(wanted, dtype=np.float32)
    padded[: len(samples)] = samples[:wanted]
    return np.asarray(_extractor(n_mels)(padded, padding=HOP)[:, :frames], dtype=np.float32)
