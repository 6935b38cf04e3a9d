"""Which words of two texts are the same, for the eye only: figures come from the suite's counts.

`difflib` finds long common stretches, not the alignment with the fewest errors, and compares words
as they are written (without case and punctuation), so that `42` and `forty two` differ here
although the counted form evens that out. Where the counts say that nothing is wrong, nothing is
marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

MOST_WORDS: Final = 1_500
"""Longer texts are shown without marks: finding them takes time by the square of the length."""


class Mark(StrEnum):
    SAME = "same"
    CHANGED = "changed"
    MISSING = "missing"
    """Said and not heard."""
    EXTRA = "extra"
    """Heard and not said."""


def marks(said: Sequence[str], heard: Sequence[str]) -> tuple[list[Mark], list[Mark]]:
    """A mark for each word of both texts."""
    wanted, got = [_plain(word) for word in said], [_plain(word) for word in heard]
    of_said, of_heard = [Mark.SAME] * len(wanted), [Mark.SAME] * len(got)
    if max(len(wanted), len(got)) > MOST_WORDS:
        return of_said, of_heard
    kinds = {
        "replace": (Mark.CHANGED, Mark.CHANGED),
        "delete": (Mark.MISSING, Mark.SAME),
        "insert": (Mark.SAME, Mark.EXTRA),
    }
    matcher = SequenceMatcher(None, wanted, got, autojunk=False)
    for kind, start, end, heard_start, heard_end in matcher.get_opcodes():
        if kind in kinds:
            of_said[start:end] = [kinds[kind][0]] * (end - start)
            of_heard[heard_start:heard_end] = [kinds[kind][1]] * (heard_end - heard_start)
    return _unless_empty(wanted, of_said), _unless_empty(got, of_heard)


def _plain(word: str) -> str:
    return "".join(c for c in word.casefold() if c.isalnum())


def _unless_empty(words: Sequence[str], found: Sequence[Mark]) -> list[Mark]:
    """A dash by itself is no word that anyone can get wrong."""
    return [mark if word else Mark.SAME for word, mark in zip(words, found, strict=True)]
