"""What the recogniser made of one recording, in the form that is cached."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from evaluation.runs.format import HeardWord

INAUDIBLE = "inaudible"


@dataclass(frozen=True, slots=True)
class HeardSegment:
    """A sentence or phrase of the transcript. Where text was withheld it has the flag only."""

    start_s: float
    end_s: float
    text: str
    words: tuple[HeardWord, ...]
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """One recording heard once. With an `error` there is no transcript."""

    segments: tuple[HeardSegment, ...] = ()
    rungs: dict[str, int] = field(default_factory=dict)
    """Windows (sequential) or pieces (served) by the model that heard them."""
    withheld: int = 0
    language: str | None = None
    processing_s: float | None = None
    first_words_s: float | None = None
    error: str | None = None

    @property
    def text(self) -> str:
        """What a reader gets, without the marks of gaps: a gap is words that are missing."""
        said = (each.text for each in self.segments if INAUDIBLE not in each.flags)
        return " ".join(" ".join(said).split())

    @property
    def words(self) -> tuple[HeardWord, ...]:
        return tuple(word for each in self.segments for word in each.words)

    @property
    def flags(self) -> dict[str, int]:
        """Segments by what the guard says of them."""
        return dict(sorted(Counter(flag for each in self.segments for flag in each.flags).items()))

    def flags_between(self, start_s: float, end_s: float) -> tuple[str, ...]:
        """Flags of the segments that touch a stretch of the recording."""
        touching = (s for s in self.segments if s.start_s < end_s and s.end_s > start_s)
        return tuple(sorted({flag for segment in touching for flag in segment.flags}))


def to_json(heard: Heard) -> dict[str, Any]:
    """Words as short lists, numbers as they are: what is read back is equal."""
    row = asdict(heard)
    for segment in row["segments"]:
        segment["words"] = [list(word.values()) for word in segment["words"]]
    return row


def from_json(row: dict[str, Any]) -> Heard:
    """Raises `KeyError`, `TypeError` or `ValueError` for anything else than `to_json` wrote."""
    segments = tuple(
        HeardSegment(
            start_s=segment["start_s"],
            end_s=segment["end_s"],
            text=segment["text"],
            words=tuple(HeardWord(*word) for word in segment["words"]),
            flags=tuple(segment["flags"]),
        )
        for segment in row["segments"]
    )
    return Heard(**{**row, "segments": segments})
