"""What a condition is: a name, how hard it is, and a recipe that makes the same from the same."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np

from worker.pipeline.types import Samples

SUFFIX: Final = ".flac"


class ConditionError(Exception):
    """A condition cannot be made here; the message says why and what to do."""


class UnknownCondition(ConditionError):
    """There is no condition of this name."""


class MaterialMissing(ConditionError):
    """Noise, rooms or voices that the condition is made of are not on this machine."""


class EncoderMissing(ConditionError):
    """The codec cannot be applied with this FFmpeg."""


@dataclass(frozen=True, slots=True)
class Times:
    """Where a moment of the clean recording lies in the changed one, in seconds."""

    scale: float = 1.0
    cut_s: float = 0.0
    """In the clean recording; what comes after it is later by `inserted_s`."""
    inserted_s: float = 0.0

    def __call__(self, clean_s: float) -> float:
        later = self.inserted_s if clean_s > self.cut_s else 0.0
        return clean_s * self.scale + later


SAME_TIMES: Final = Times()


@dataclass(frozen=True, slots=True)
class Changed:
    """Samples after a recipe: float32 `(n,)`, or `(2, n)` in stereo, none beyond 1."""

    samples: Samples
    times: Times = SAME_TIMES


@dataclass(frozen=True, slots=True)
class Prepared:
    """The changed recording as a file, so that every way of transcribing gets the same bytes."""

    data: bytes
    """A FLAC file, 16 kHz, 16 bits."""
    times: Times
    suffix: str = SUFFIX


class Recipe(Protocol):
    """How a condition is made. Its `repr` shows all its parameters: it is part of the version."""

    @property
    def revision(self) -> str:
        """Raised by hand when the code changes what comes out; a test watches over it."""
        ...

    @property
    def made_of(self) -> str:
        """What else the samples depend on: sums of the material, versions of the codecs."""
        ...

    def __call__(self, samples: Samples, clip_id: str, speaker: str | None) -> Changed: ...


# Ch 15 · Model Quality: the same clips under hard conditions, so that a bad day is measured before it comes
@dataclass(frozen=True, slots=True)
class Condition:
    """One way in which recordings are bad. The same clip always comes out the same."""

    name: str
    family: str
    severity: int
    """Within the family, from 1 for the mildest."""
    title: str
    recipe: Recipe = field(repr=False)

    @property
    def version(self) -> str:
        """Changes when the samples of any clip would: with parameters, material and codecs.

        Raises:
            MaterialMissing: what it is made of is not here, so it has no version either.
        """
        text = f"{self.recipe!r}\n{self.recipe.revision}\n{self.recipe.made_of}"
        return f"{self.name}:{hashlib.sha256(text.encode()).hexdigest()[:12]}"

    def apply(self, samples: Samples, clip_id: str, speaker: str | None = None) -> Prepared:
        """Change float32 mono samples at 16 kHz, `(n,)`. `speaker` never babbles behind himself.

        Raises:
            ConditionError: material or an encoder is missing, or there is nothing to change.
        """
        from evaluation.conditions.media import write

        if samples.ndim != 1 or not samples.size:
            raise ConditionError(f"{clip_id} has no samples: {self.name} cannot be applied.")
        changed = self.recipe(samples.astype(np.float32, copy=False), clip_id, speaker)
        return Prepared(write(changed.samples), changed.times)

    def prepare(self, samples: Samples, clip_id: str, speaker: str | None = None) -> bytes:
        """Only the bytes of `apply`: a FLAC file."""
        return self.apply(samples, clip_id, speaker).data


def generator(*parts: str) -> np.random.Generator:
    """Chance that is the same for the same clip, on every machine and in every process."""
    digest = hashlib.sha256("\n".join(parts).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8]))
