"""What a careful reader should check: flags of segments, and words the model was unsure of."""

# Ch 7 · Planning for Mistakes: doubts leave the product with the text, in every file that has room

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.transcriptions.schemas import SegmentOut, WordOut

DOUBT_BELOW = 0.5
"""Words with a lower probability than this are marked, as on the page."""
MEANINGS = {
    "low_confidence": "the model was unsure of this passage",
    "repetition": "the same words again and again, often an invention of the model",
    "no_speech_detected": "hardly any speech was measured here; the words may be invented",
    "too_fast": "more words than anyone can say in this time",
    "missed_speech": "somebody speaks here, but the model wrote nothing",
    "inaudible": "speech that could not be made out",
    "repaired": "a term of the domain stands in the place of what sounded like it",
    "failed": "no model could recognise this passage",
}
"""Flag -> what it says to a reader."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A passage to check."""

    start_s: float
    end_s: float
    flags: tuple[str, ...]
    words: tuple[str, ...]
    """Those heard with a probability below `DOUBT_BELOW`, without marks."""

    def sentence(self) -> str:
        """`low confidence (the model was unsure …); unsure of “Oaxaca”`."""
        parts = [explained(flag) for flag in self.flags]
        if self.words:
            parts.append("unsure of " + ", ".join(f"“{word}”" for word in self.words))
        return "; ".join(parts)


def explained(flag: str) -> str:
    """A flag in words; one that is new here is at least named."""
    name = flag.replace("_", " ")
    return f"{name} ({MEANINGS[flag]})" if flag in MEANINGS else name


def unsure(word: WordOut) -> bool:
    return word.probability < DOUBT_BELOW


def doubt_about(segment: SegmentOut) -> Doubt | None:
    """None: nothing speaks against it."""
    words = tuple(w.word.strip().strip('.,;:?!…"“”') or w.word for w in segment.words if unsure(w))
    if not segment.flags and not words:
        return None
    return Doubt(segment.start, segment.end, tuple(segment.flags), words)


def doubts(segments: Iterable[SegmentOut]) -> Iterator[Doubt]:
    for segment in segments:
        doubt = doubt_about(segment)
        if doubt is not None:
            yield doubt
