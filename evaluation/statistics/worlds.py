"""Simulated corpora whose truth is known: speakers who differ, errors that are counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from evaluation.statistics.draws import Floats
from evaluation.statistics.table import Table

RATE: Final = 0.15
"""True error rate of everybody taken together, at equal recording quality."""
PER_DB: Final = -0.05
"""Change of the logarithm of the rate for a decibel more, where a world has recording quality."""


@dataclass(frozen=True, slots=True)
class World:
    """What is true of a simulated population, and how much of it is seen."""

    speakers: int
    spread: float = 0.5
    """Coefficient of variation of the rates of speakers."""
    long_tail: bool = False
    """Lognormal speakers instead of gamma: a few who are hardly understood."""
    groups: int = 2
    ratio: float = 1.0
    """Errors a word of the last group by those of the others."""
    quality: bool = False
    """Whether recordings differ in quality and errors with it."""
    worse_by_db: float = 0.0
    """How much noisier the last group was recorded."""
    utterances: tuple[int, int] = (6, 15)
    """Of a speaker; the upper end is not included."""

    @property
    def gap(self) -> float:
        """Largest less smallest true rate."""
        return RATE * abs(self.ratio - 1)

    def seen(self, rng: np.random.Generator) -> Table:
        """Draw speakers, what they say and how it was recorded, and count errors."""
        group = np.arange(self.speakers) % self.groups
        last = group == self.groups - 1
        rate = self.rates(rng) * np.where(last, self.ratio, 1.0)
        said = rng.integers(*self.utterances, size=self.speakers)
        who = np.repeat(np.arange(self.speakers), said)
        words = rng.integers(4, 18, size=len(who)).astype(np.float64)
        place = rng.normal(20, 4, self.speakers) - self.worse_by_db * last
        snr_db = place[who] + rng.normal(0, 3, len(who))
        factor = np.exp(PER_DB * (snr_db - 20)) if self.quality else 1.0
        return Table(
            errors=rng.poisson(rate[who] * factor * words).astype(np.float64),
            words=words,
            blocks=who.astype(np.str_),
            fields={"group": np.array([f"group {i}" for i in range(self.groups)])[group[who]]},
            measures={"snr_db": snr_db, "duration_s": words / rng.uniform(2, 3.5, len(who))},
        )

    def rates(self, rng: np.random.Generator) -> Floats:
        """True rates of the speakers drawn, `RATE` on average over all there are."""
        if self.long_tail:
            width = np.sqrt(np.log(1 + self.spread**2))
            return RATE * rng.lognormal(-(width**2) / 2, width, self.speakers)
        shape = 1 / self.spread**2
        return rng.gamma(shape, RATE / shape, self.speakers)
