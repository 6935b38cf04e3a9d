"""From segments to what people read: turns of speakers, divided where somebody pauses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.transcriptions.schemas import SegmentOut

PAUSE_S = 2.0
LONGEST = 700
"""Characters after which the next end of a sentence begins a new paragraph: one time stamp for
ten minutes of monologue would find nothing again."""
_END = (".", "?", "!", "…")


def paragraphs(segments: Iterable[SegmentOut]) -> Iterator[list[SegmentOut]]:
    """Segments of one paragraph each, in order; never an empty one."""
    group: list[SegmentOut] = []
    length = 0
    for segment in segments:
        if group and _begins(group[-1], segment, length):
            yield group
            group, length = [], 0
        group.append(segment)
        length += len(segment.text) + 1
    if group:
        yield group


def _begins(before: SegmentOut, segment: SegmentOut, length: int) -> bool:
    return (
        segment.speaker != before.speaker
        or segment.start - before.end > PAUSE_S
        or (length > LONGEST and before.text.rstrip().endswith(_END))
    )


def divided(segments: Iterable[SegmentOut], layout: str) -> Iterator[list[SegmentOut]]:
    """Paragraphs, or each segment for itself."""
    return paragraphs(segments) if layout == "paragraphs" else ([each] for each in segments)


def text_of(group: Iterable[SegmentOut]) -> str:
    return " ".join(" ".join(segment.text for segment in group).split())
