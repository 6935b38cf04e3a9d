"""What was recorded of a window beside what came out now."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

from worker.pipeline.ladder import Outcome
from worker.reproduce.recorded import RecordedWindow, Said, in_order

SCORES: Final = (
    "language",
    "language_probability",
    "avg_logprob",
    "no_speech_prob",
    "compression_ratio",
    "rung",
)


@dataclass(frozen=True, slots=True)
class Compared:
    """One window. Without a `problem` it was heard again; with nothing in `differs`, identical."""

    number: int
    start_s: float
    end_s: float
    differs: tuple[str, ...] = ()
    """Of `samples`, `text`, `times`, `probabilities`, `flags`, `scores`."""
    problem: str | None = None
    """Why it could not be heard again."""
    recorded_text: str | None = None
    text: str | None = None
    """Both only where they differ."""


def compare(window: RecordedWindow, samples_sha256: str, outcome: Outcome) -> Compared:
    """Bit by bit: texts as characters, times and scores as the numbers they were stored as."""
    # Ch 24 · Versioning, Provenance, and Reproducibility: "the same" means no bit of it is different
    now = in_order(
        [
            Said(
                segment.start_s,
                segment.end_s,
                segment.text,
                tuple(word.row() for word in segment.words),
                segment.flags,
            )
            for segment in outcome.segments
        ]
    )
    found = {
        "samples": samples_sha256 != window.samples_sha256,
        "text": _texts(window.segments) != _texts(now) or _withheld(window, outcome),
        "times": _times(window.segments) != _times(now),
        "probabilities": _probabilities(window.segments) != _probabilities(now),
        "flags": [s.flags for s in window.segments] != [s.flags for s in now],
        "scores": _scores(window, outcome),
    }
    differs = tuple(what for what, is_so in found.items() if is_so)
    texts = found["text"]
    return Compared(
        window.number,
        window.start_s,
        window.end_s,
        differs,
        recorded_text=_joined(window.segments) if texts else None,
        text=_joined(now) if texts else None,
    )


def _texts(said: tuple[Said, ...]) -> list[Any]:
    """With what was heard where a term stands instead."""
    return [(s.text, [(word[0], word[4:]) for word in s.words]) for s in said]


def _times(said: tuple[Said, ...]) -> list[Any]:
    return [(s.start_s, s.end_s, [word[1:3] for word in s.words]) for s in said]


def _probabilities(said: tuple[Said, ...]) -> list[Any]:
    return [[word[3] for word in s.words] for s in said]


def _joined(said: tuple[Said, ...]) -> str:
    return " ".join(s.text for s in said)


def _withheld(window: RecordedWindow, outcome: Outcome) -> bool:
    """What the guard kept back is compared as well: it is in no segment."""
    recorded = window.result or {}
    heard = outcome.recognition.text if outcome.withheld and outcome.recognition else None
    told = (recorded.get("withheld"), recorded.get("withheld_text"))
    return told != (outcome.withheld, heard)


def _scores(window: RecordedWindow, outcome: Outcome) -> bool:
    if window.result is None or outcome.recognition is None:
        return (window.result is None) != (outcome.recognition is None)
    now = asdict(outcome.recognition)
    return any(window.result[name] != now[name] for name in SCORES if name in window.result)
