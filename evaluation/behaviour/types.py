"""What a behavioural check gets and gives. The recogniser is a function: files in, words out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from evaluation.runs.format import HeardWord
from worker.pipeline.types import Samples


class BehaviourError(Exception):
    """The checks cannot be run as asked; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a recogniser made of one file."""

    text: str
    words: tuple[HeardWord, ...] = ()
    error: str | None = None
    """Why there is no text. Such a clip is counted as failed in each check that needs it."""


Engine = Callable[[Sequence[bytes]], list[Heard]]
"""Audio files, as bytes, to what is heard in them, in the same order."""


@dataclass(frozen=True, slots=True)
class Speech:
    """A clip that is played in many ways."""

    id: str
    samples: Samples
    """float32 mono at 16 kHz, `(n,)`."""
    text: str
    speaker: str


@dataclass(frozen=True, slots=True)
class Case:
    """A clip that did not behave, to be listened to."""

    clip: str
    before: str
    """What should be heard, or was heard without the change."""
    after: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Observed:
    """What a check measured, before anybody says whether that is good enough."""

    clips: int
    """That went into the figures."""
    failed: int
    """That the recogniser failed on, here or before the change; they are in no figure."""
    figures: Mapping[str, float | None]
    """All such that more is worse; None where there is too little to measure."""
    cases: Sequence[Case] = ()
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Check:
    """One behaviour: `invariance/…` (nothing changes), `direction/…` or `functionality/…`."""

    name: str
    title: str
    observe: Callable[[Engine, Sequence[Speech]], Observed]
