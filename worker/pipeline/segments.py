"""Words to sentences: the units that are read, edited and shown with a time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from worker.pipeline.types import Segment, Word

PAUSE_S = 1.5
"""A pause this long ends a segment whatever the punctuation says."""
LONG_S = 12.0
"""From here on a comma or a breath is enough."""
BREATH_S = 0.4
LONGEST_S = 20.0
_SENTENCE_END = re.compile(r"[.?!…。？！]['\"”’)\]]*$")
_CLAUSE_END = re.compile(r"[,;:，、；：]['\"”’)\]]*$")
_ABBREVIATION = re.compile(r"^(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|St|vs|etc|e\.g|i\.e|No|Fig|cf)\.$")


def segments_of(words: Sequence[Word]) -> list[Segment]:
    """Cut the words of one window into segments; no word is lost or moved."""
    return [_segment(group) for group in _groups(words)]


def _groups(words: Sequence[Word]) -> Iterator[tuple[Word, ...]]:
    group: list[Word] = []
    for word in words:
        if group and _ends(group, word):
            yield tuple(group)
            group = []
        group.append(word)
    if group:
        yield tuple(group)


def _ends(group: list[Word], following: Word) -> bool:
    last = group[-1].word.strip()
    pause = following.start_s - group[-1].end_s
    length = following.end_s - group[0].start_s
    if _SENTENCE_END.search(last) and not _ABBREVIATION.match(last):
        return True
    if pause > PAUSE_S or length > LONGEST_S:
        return True
    return length > LONG_S and (pause > BREATH_S or _CLAUSE_END.search(last) is not None)


def _segment(words: tuple[Word, ...]) -> Segment:
    text = "".join(word.word for word in words).strip()
    return Segment(words[0].start_s, words[-1].end_s, text, words)
