"""A segment's words, and the segment with others in their place."""

from __future__ import annotations

from app.transcriptions.schemas import SegmentOut, WordOut


def words_of(segment: SegmentOut) -> list[WordOut]:
    """Its words; those of a text without times all have the segment's, which mean nothing."""
    return segment.words or [
        WordOut(word=f" {word}", start=segment.start, end=segment.end, probability=1.0)
        for word in segment.text.split()
    ]


def with_words(segment: SegmentOut, words: list[WordOut]) -> SegmentOut:
    """The segment saying `words`; where it had no times, it has none afterwards."""
    text = "".join(word.word for word in words).strip()
    return segment.model_copy(update={"text": text, "words": words if segment.words else []})
