"""Word times after a person changed the text.

The machine's words and the new text are cut into the same kind of pieces and aligned by the longest
common subsequence. A word that is still there keeps its time and probability, also when only its
capitals or punctuation changed. New words share the time of those they replaced, by their letters;
words that replaced none get the gap between their neighbours. Nothing ever lies outside the
segment or before the word in front of it, as long as the machine's own words did not.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any, Final

from rapidfuzz.distance import LCSseq

StoredWord = tuple[Any, ...]
"""(text, start_s, end_s, probability[, heard[, edited]]), text with the space in front of it."""

_SPACELESS: Final = "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d]"
"""Kana and Han: written without spaces, so that each sign is a piece."""
_PIECE: Final = re.compile(rf"\s*(?:{_SPACELESS}[^\w\s]*|(?:(?!{_SPACELESS})\S)+)")
_HYPHEN: Final = re.compile(r"(?<=\w)(?=[-\u2010\u2013\u2014/]\w)")
_TELLING: Final = frozenset("%&#@*/§")
"""Punctuation that is said."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """The fewest words of the machine that begin and end where pieces do."""

    words: tuple[StoredWord, ...]
    first: int
    """Number of its first piece."""
    pieces: tuple[str, ...]

    @property
    def start_s(self) -> float:
        return float(self.words[0][1])

    @property
    def end_s(self) -> float:
        return max(float(word[2]) for word in self.words)


def pieces(text: str) -> list[str]:
    """`text` cut into words, each with the space in front of it; joined, they are the text."""
    return [part for found in _PIECE.findall(text) for part in _HYPHEN.split(found) if part]


def said(word: str) -> str:
    """What two spellings of the same spoken word have in common; never empty."""
    plain = word.strip().casefold()
    kept = [c for c in plain if c in _TELLING or unicodedata.category(c)[0] not in "PZ"]
    return "".join(kept) or plain


def text_of(words: Sequence[StoredWord]) -> str:
    return " ".join("".join(str(word[0]) for word in words).split())


def realign(
    words: Sequence[StoredWord], text: str, start_s: float, end_s: float
) -> tuple[StoredWord, ...]:
    """The words of `text` with times; `words` are those of the segment before the change.

    `text` has single spaces and none at its ends. The words of the result, joined, are `text`.
    """
    if text == text_of(words):
        return tuple(words)
    space = "" if words and not str(words[0][0])[:1].isspace() else " "
    new = pieces(space + text) if text else []
    units = _units(words)
    found = _matches(units, new)
    made: list[StoredWord] = []
    unit = piece = 0
    for here, there in [*found, (len(units), len(new))]:
        kept = units[here] if here < len(units) else None
        least_s = float(made[-1][2]) if made else start_s
        most_s = kept.start_s if kept else end_s
        replaced = [word for each in units[unit:here] for word in each.words]
        made += _timed(new[piece:there], replaced, least_s, most_s)
        unit, piece = here + 1, there
        if kept:
            piece = there + len(kept.pieces)
            made += _respelled(kept, new[there:piece])
    return tuple(made)


def _units(words: Sequence[StoredWord]) -> list[_Unit]:
    texts = [re.sub(r"\s+", " ", str(word[0])) for word in words]
    whole = "".join(texts).rstrip()
    cut = pieces(whole)
    of_words = [min(at, len(whole)) for at in accumulate(map(len, texts), initial=0)]
    of_pieces = list(accumulate(map(len, cut), initial=0))
    common = sorted(set(of_words) & set(of_pieces))
    units = []
    for start, stop in pairwise(common):
        # A word without letters of its own lies where the next one begins
        inside = words[bisect_left(of_words, start) : bisect_left(of_words, stop)]
        first = bisect_left(of_pieces, start)
        units.append(_Unit(tuple(inside), first, tuple(cut[first : bisect_left(of_pieces, stop)])))
    return units


def _matches(units: Sequence[_Unit], new: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs (unit, piece of the new text it begins at) of what is still said, in order."""
    old = [said(piece) for unit in units for piece in unit.pieces]
    same: dict[int, int] = {}
    for step in LCSseq.opcodes(old, [said(piece) for piece in new]):
        if step.tag == "equal":
            for ahead in range(step.src_end - step.src_start):
                same[step.src_start + ahead] = step.dest_start + ahead
    found = []
    for number, unit in enumerate(units):
        there = same.get(unit.first)
        if there is not None and all(
            same.get(unit.first + i) == there + i for i in range(len(unit.pieces))
        ):
            found.append((number, there))
    return found


def _respelled(unit: _Unit, new: Sequence[str]) -> list[StoredWord]:
    """Words that are still said, as they are written now."""
    if "".join(new) == "".join(unit.pieces):
        return list(unit.words)
    if len(new) == len(unit.words):
        return [(piece, *word[1:]) for piece, word in zip(new, unit.words, strict=True)]
    least = min(float(word[3]) for word in unit.words)
    return [(*word[:3], least) for word in _spread(new, unit.start_s, unit.end_s)]


def _timed(
    new: Sequence[str], replaced: Sequence[StoredWord], least_s: float, most_s: float
) -> list[StoredWord]:
    """A person's words between two moments, where they replaced these of the machine."""
    if not replaced:
        return _spread(new, least_s, max(least_s, most_s))

    def within(time_s: float) -> float:
        return max(least_s, min(float(time_s), max(least_s, most_s)))

    if len(new) == len(replaced):
        pairs = zip(new, replaced, strict=True)
        return [(n, within(w[1]), within(w[2]), 1.0, None, True) for n, w in pairs]
    return _spread(new, within(replaced[0][1]), within(max(word[2] for word in replaced)))


def _spread(new: Sequence[str], start_s: float, end_s: float) -> list[StoredWord]:
    """Each gets time by the number of its letters."""
    weights = [len(said(piece)) for piece in new]
    total = sum(weights) or 1
    length_s = max(0.0, end_s - start_s)
    borders = [
        min(max(round(start_s + length_s * done / total, 3), start_s), end_s)
        for done in accumulate(weights, initial=0)
    ]
    if new:
        borders[0], borders[-1] = start_s, max(start_s, end_s)
    return [
        (piece, begin_s, stop_s, 1.0, None, True)
        for piece, (begin_s, stop_s) in zip(new, pairwise(borders), strict=True)
    ]
