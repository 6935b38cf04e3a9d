"""Conditions in which words move: faster and slower speech, a long silence in the middle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from evaluation.conditions.levels import active
from evaluation.conditions.media import filtered, libraries
from evaluation.conditions.types import Changed, Times, generator
from worker.pipeline.types import SAMPLE_RATE, Samples

_FRAME = SAMPLE_RATE // 100


@dataclass(frozen=True, slots=True)
class Speed:
    """Spoken so many times as fast, at the same pitch (FFmpeg's `atempo`)."""

    factor: float
    revision: ClassVar[str] = "speed 1"

    @property
    def made_of(self) -> str:
        return libraries()

    def __call__(self, samples: Samples, clip_id: str, speaker: str | None) -> Changed:
        heard = filtered(samples, ("atempo", str(self.factor)))
        length = round(len(samples) / self.factor)
        heard = np.pad(heard[:length], (0, max(0, length - len(heard))))
        return Changed(np.clip(heard, -1, 1), Times(scale=1 / self.factor))


@dataclass(frozen=True, slots=True)
class Pause:
    """A long silence in the middle of what is said: the phone rings, somebody thinks.

    It is put into the quietest moment of the middle half of the speech, and is as loud as the
    recording is where nobody speaks: digital silence would be easy to tell from a pause.
    """

    seconds: float
    revision: ClassVar[str] = "pause 1"
    made_of: ClassVar[str] = ""

    def __call__(self, samples: Samples, clip_id: str, speaker: str | None) -> Changed:
        levels = _levels(samples)
        cut = _quiet_moment(samples, levels)
        hiss = generator("pause", clip_id).standard_normal(round(self.seconds * SAMPLE_RATE))
        floor = float(np.quantile(levels, 0.05)) if levels.size else 0.0
        silence = np.clip(hiss * min(floor, 0.01), -1, 1).astype(np.float32)
        whole = np.concatenate([samples[:cut], silence, samples[cut:]])
        cut_s = cut / SAMPLE_RATE
        return Changed(whole, Times(cut_s=cut_s, inserted_s=len(silence) / SAMPLE_RATE))


def _levels(samples: Samples) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Root mean square of frames of 10 ms, as amplitudes."""
    whole = len(samples) // _FRAME
    frames = samples[: whole * _FRAME].reshape(whole, _FRAME)
    levels: np.ndarray[tuple[int], np.dtype[np.float64]] = np.sqrt(
        np.square(frames, dtype=np.float64).mean(axis=1)
    )
    return levels


def _quiet_moment(samples: Samples, levels: np.ndarray[tuple[int], np.dtype[np.float64]]) -> int:
    speaking = np.flatnonzero(active(samples))
    if len(levels) < 8 or not speaking.size:
        return len(samples) // 2
    first, last = speaking[0] // _FRAME, speaking[-1] // _FRAME
    low = first + (last - first) // 4
    high = max(first + 3 * (last - first) // 4, low + 1)
    around = np.convolve(levels, np.ones(5) / 5, mode="same")  # a closed stop is shorter than 50 ms
    return int(low + np.argmin(around[low:high])) * _FRAME + _FRAME // 2
