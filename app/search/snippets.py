"""What of a segment is shown of a hit, and the second to which it leads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.search.query import Query
from app.search.schemas import MarkOut, SnippetOut

LONGEST = 240
"""Characters of a segment that are shown; most segments have fewer."""
BEFORE = 60
"""Of those, how many at most stand before the first match."""
_CUT = "…"


def snippet(query: Query, text: str) -> SnippetOut:
    """`text`, or the part around its first match, cut between words, and where the matches are."""
    marks = query.marks(text)
    start, end = 0, len(text)
    if end > LONGEST:
        first = marks[0][0] if marks else 0
        start = _word_start(text, max(0, min(first - BEFORE, end - LONGEST)), first)
        end = _word_end(text, min(end, start + LONGEST), start)
    front = _CUT if start else ""
    shown = front + text[start:end] + (_CUT if end < len(text) else "")
    move = len(front) - start
    return SnippetOut(
        text=shown,
        matches=[
            MarkOut(start=max(a, start) + move, end=min(b, end) + move)
            for a, b in marks
            if a < end and b > start
        ],
    )


def moment(query: Query, start_s: float, words: Sequence[Sequence[Any]]) -> float:
    """Seconds at which the first match is said, by the times of the words.

    `words` are (word, start_s, end_s, …). A text that was edited may have words of its own that
    were never timed: then it is the start of the segment.
    """
    place = 0
    spoken = "".join(str(word[0]) for word in words)
    marks = query.marks(spoken)
    if marks:
        for word in words:
            place += len(str(word[0]))
            if place > marks[0][0]:
                return float(word[1])
    return start_s


def _word_start(text: str, place: int, latest: int) -> int:
    """The next place from `place` on at which a word begins, not behind `latest`."""
    if place == 0:
        return 0
    space = text.find(" ", place - 1, latest)
    return place if space < 0 else space + 1


def _word_end(text: str, place: int, earliest: int) -> int:
    if place == len(text):
        return place
    space = text.rfind(" ", earliest + 1, place + 1)
    return place if space < 0 else space
