"""What else is heard where one speaks: noise, other people, and the room itself.

SNR is the active level of the speech (`levels.active_dbfs`, pauses left out) minus the root mean
square level of what is added over the whole clip. Noise, its excerpt and the people who babble
depend on the clip alone: at each SNR it is the same noise, only louder.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from evaluation.conditions import material
from evaluation.conditions.levels import active_dbfs, dbfs, fitted, gain
from evaluation.conditions.types import Changed, ConditionError, MaterialMissing, generator
from worker.pipeline.types import Samples

TRIES = 20


def mixed(speech: Samples, added: Samples, snr_db: float, clip_id: str) -> Samples:
    """Speech with `added` so much below it, scaled down as a whole where it would not fit."""
    if material.too_quiet(speech):
        raise ConditionError(f"{clip_id} is silent: nothing can be mixed to an SNR with it.")
    wanted_dbfs = active_dbfs(speech) - snr_db
    return fitted(speech + gain(added, wanted_dbfs - dbfs(added)))


@dataclass(frozen=True, slots=True)
class Noise:
    """A recording of noise below the speech."""

    snr_db: float
    revision: ClassVar[str] = "noise 1"

    @property
    def made_of(self) -> str:
        return material.digest(*material.noises())

    def __call__(self, samples: Samples, clip_id: str, speaker: str | None) -> Changed:
        chance = generator("noise", clip_id)
        sounds = material.noises()
        for _ in range(TRIES):  # recordings of noise have silent stretches
            sound = sounds[int(chance.integers(len(sounds)))]
            added = material.excerpt(sound.samples, len(samples), chance)
            if not material.too_quiet(added):
                return Changed(mixed(samples, added, self.snr_db, clip_id))
        raise MaterialMissing("The corpus noise is silent nearly everywhere.")


@dataclass(frozen=True, slots=True)
class Babble:
    """Several people who talk at once, none of them the speaker of the clip."""

    snr_db: float
    people: int = 6
    revision: ClassVar[str] = "babble 1"

    @property
    def made_of(self) -> str:
        return material.digest(*material.voices().values())

    def __call__(self, samples: Samples, clip_id: str, speaker: str | None) -> Changed:
        voices = material.voices()
        avoided = material.voices_in(clip_id) | {speaker}
        others = [name for name in voices if name not in avoided]
        if len(others) < 2:
            raise MaterialMissing(f"No two voices are left to babble behind {clip_id}.")
        chance = generator("babble", clip_id)
        chosen = chance.permutation(others)[: self.people]
        streams = [material.excerpt(voices[v].samples, len(samples), chance) for v in chosen]
        babble: Samples = np.sum(np.stack(streams), axis=0, dtype=np.float32)
        return Changed(mixed(samples, babble, self.snr_db, clip_id))


@dataclass(frozen=True, slots=True)
class Room:
    """A microphone far away in a room: convolved with what was measured there.

    The direct sound stays where it was, so word times stay; the tail after the end is cut off.
    The active level stays too.
    """

    response: str
    revision: ClassVar[str] = "room 1"

    @property
    def made_of(self) -> str:
        return self._response().sha256

    def _response(self) -> material.Response:
        try:
            return material.rooms()[self.response]
        except KeyError:
            raise MaterialMissing(
                f"The corpus noise has no impulse response {self.response}."
            ) from None

    def __call__(self, samples: Samples, clip_id: str, speaker: str | None) -> Changed:
        response = self._response()
        whole = np.pad(samples, (0, response.direct))
        heard = convolved(whole, response.samples)[response.direct :]
        return Changed(fitted(gain(heard, active_dbfs(samples) - active_dbfs(heard))))


def convolved(samples: Samples, response: Samples) -> Samples:
    """As long as `samples`; block by block, so that an hour needs no spectrum of an hour."""
    block = 1 << max(16, (2 * len(response)).bit_length())
    step = block - len(response) + 1
    spectrum = np.fft.rfft(response, block)
    heard = np.zeros(len(samples) + block, dtype=np.float32)
    for start in range(0, len(samples), step):
        piece = np.fft.rfft(samples[start : start + step], block)
        heard[start : start + block] += np.fft.irfft(piece * spectrum, block)
    return heard[: len(samples)]
