"""What happens between microphone and file: codecs, telephone lines, gain, loss, a dead channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from evaluation.conditions.levels import active, gain
from evaluation.conditions.media import Coding, libraries, through
from evaluation.conditions.types import Changed, generator
from worker.pipeline.types import SAMPLE_RATE, Samples


@dataclass(frozen=True, slots=True)
class Clean:
    """Nothing is done: the same way to a file, for a fair comparison."""

    revision: ClassVar[str] = "clean 1"
    made_of: ClassVar[str] = ""

    def __call__(self, samples: Samples, clip_id: str, speaker: str | None) -> Changed:
        return Changed(samples)


@dataclass(frozen=True, slots=True)
class Coded:
    """Encoded and decoded for real."""

    coding: Coding
    revision: ClassVar[str] = "coded 1"

    @property
    def made_of(self) -> str:
        return libraries()

    def __call__(self, samples: Samples, clip_id: str, speaker: str | None) -> Changed:
        return Changed(np.clip(through(samples, self.coding), -1, 1))


@dataclass(frozen=True, slots=True)
class Gain:
    """A wrong level. What goes beyond full scale is cut off, as any recorder does."""

    decibels: float
    revision: ClassVar[str] = "gain 1"
    made_of: ClassVar[str] = ""

    def __call__(self, samples: Samples, clip_id: str, speaker: str | None) -> Changed:
        return Changed(np.clip(gain(samples, self.decibels), -1, 1))


@dataclass(frozen=True, slots=True)
class Clipping:
    """Recorded so hot that this share of the samples within speech is at the limit."""

    share: float
    revision: ClassVar[str] = "clipping 1"
    made_of: ClassVar[str] = ""

    def __call__(self, samples: Samples, clip_id: str, speaker: str | None) -> Changed:
        loud = np.abs(samples[active(samples)])
        limit = float(np.quantile(loud, 1 - self.share)) if loud.size else 0.0
        return Changed(np.clip(samples / limit, -1, 1) if limit > 0 else samples)


@dataclass(frozen=True, slots=True)
class Loss:
    """Packets of 20 ms that never came, in bursts, and silence in their place.

    The share is that of the packets of each clip, rounded; bursts have a geometric length with a
    mean of two (a Gilbert channel). Nothing conceals them: the worst a receiver can do.
    """

    share: float
    packet_s: float = 0.02
    mean_burst: float = 2.0
    revision: ClassVar[str] = "loss 1"
    made_of: ClassVar[str] = ""

    def __call__(self, samples: Samples, clip_id: str, speaker: str | None) -> Changed:
        packet = round(self.packet_s * SAMPLE_RATE)
        lost = _lost(
            -(-len(samples) // packet), self.share, self.mean_burst, generator("loss", clip_id)
        )
        return Changed(np.where(np.repeat(lost, packet)[: len(samples)], np.float32(0), samples))


def _lost(
    packets: int, share: float, mean_burst: float, chance: np.random.Generator
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which packets are lost: the share exactly, as bursts with at least one packet between."""
    missing = round(packets * share)
    bursts: list[int] = []
    while sum(bursts) < missing:
        bursts.append(min(int(chance.geometric(1 / mean_burst)), missing - sum(bursts)))
    lost = np.zeros(packets, dtype=bool)
    before = np.sort(chance.choice(packets - missing + 1, len(bursts), replace=False))
    start, arrived = 0, 0
    for length, arrives in zip(bursts, before, strict=True):
        start += int(arrives) - arrived
        arrived = int(arrives)
        lost[start : start + length] = True
        start += length
    return lost


@dataclass(frozen=True, slots=True)
class DeadChannel:
    """Stereo, and one of the two microphones was never plugged in."""

    revision: ClassVar[str] = "dead channel 1"
    made_of: ClassVar[str] = ""

    def __call__(self, samples: Samples, clip_id: str, speaker: str | None) -> Changed:
        both = np.zeros((2, len(samples)), dtype=np.float32)
        both[int(generator("dead channel", clip_id).integers(2))] = samples
        return Changed(both)
