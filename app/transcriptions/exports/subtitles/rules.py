"""The rules of subtitles, in the units the code counts in: columns and milliseconds.

Netflix, *Timed Text Style Guide: General Requirements* and *English*: 42 characters a line, two
lines, 5/6 s to 7 s, a gap of two frames, 17 (children's) or 20 (adults') characters a second. The
BBC's *Subtitle Guidelines* ask for breaks at the ends of clauses and never after an article.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    line: int = 42
    """Columns of a line; a Chinese, Japanese or Korean character takes two."""
    lines: int = 2
    speed: float = 17.0
    """Characters a second."""
    shortest_ms: int = 833
    longest_ms: int = 7000
    gap_ms: int = 83
    """Two frames at 24 a second."""
    pause_ms: int = 1000
    """A longer silence ends a cue."""
    least_ms: int = 250
    """What no cue is shorter than, even if the next one has to wait for it."""
    late_ms: int = 150
    """A cue that begins so much after its first word is reported."""


def width(text: str) -> int:
    """Columns that `text` takes. https://www.unicode.org/reports/tr11/"""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
