"""All kinds of sound that can be made, and one clip of a kind."""

# Ch 15 · Model Quality: sound without speech, so that every word heard in it is known to be invented

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from data.nonspeech import music, noises, objects, people, tones
from data.nonspeech.shaping import RATE_HZ, Recipe, level

RECIPES: Final[dict[str, Recipe]] = {
    "hold-music": music.hold_music,
    "piano": music.piano,
    "applause": people.applause,
    "breathing": people.breathing,
    "coughs": people.coughs,
    "murmur": people.murmur,
    "shuffling": people.shuffling,
    "dtmf": tones.dtmf,
    "line-tones": tones.line_tones,
    "beeps": tones.beeps,
    "sweeps": tones.sweeps,
    "chimes": tones.chimes,
    "typing": objects.typing,
    "clicks": objects.clicks,
    "clock": objects.clock,
    "knocks": objects.knocks,
    "rain": noises.rain,
    "wind": noises.wind,
    "engine": noises.engine,
    "fan": noises.fan,
    "mains-hum": noises.mains_hum,
    "white-noise": noises.white_noise,
    "pink-noise": noises.pink_noise,
    "brown-noise": noises.brown_noise,
    "near-silence": noises.near_silence,
    "digital-silence": noises.digital_silence,
}
_LENGTH_S: Final = (8.0, 45.0)
_LEVEL_DBFS: Final = (-42.0, -16.0)
_ROOM_DBFS: Final = (-80.0, -60.0)
"""Of `near-silence`: a good microphone in a quiet room."""
_PEAK: Final = 0.98


@dataclass(frozen=True, slots=True)
class Sound:
    """A clip before it is written."""

    kind: str
    samples: npt.NDArray[np.int16]
    """Mono at `RATE_HZ`."""
    level_dbfs: float | None
    """RMS; None when there is nothing at all."""

    @property
    def duration_s(self) -> float:
        return len(self.samples) / RATE_HZ


def description(kind: str) -> str:
    """What the recipe says of itself, in one line."""
    text = inspect.getdoc(RECIPES[kind]) or ""
    return text.partition("\n")[0] or kind.replace("-", " ")


def make(number: int, seed: int) -> Sound:
    """Clip `number` of the collection of a seed: kinds take turns, all else is by chance.

    The same two numbers give the same samples on the same numpy, whatever else is made.
    """
    kind = list(RECIPES)[number % len(RECIPES)]
    random = np.random.default_rng([seed, number])
    count = round(random.uniform(*_LENGTH_S) * RATE_HZ)
    wanted_dbfs = float(random.uniform(*(_ROOM_DBFS if kind == "near-silence" else _LEVEL_DBFS)))
    samples = level(RECIPES[kind](count, random)) * 10 ** (wanted_dbfs / 20)
    peak = float(np.abs(samples).max())
    if peak > _PEAK:
        samples *= _PEAK / peak
    whole = np.round(samples * 32767).astype(np.int16)
    rms = float(np.sqrt(np.mean((whole / 32767.0) ** 2)))
    return Sound(kind, whole, round(20 * float(np.log10(rms)), 1) if rms > 0 else None)
