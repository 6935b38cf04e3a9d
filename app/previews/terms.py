"""Where the terms of a glossary stand in a text.

A term is found in any case, with hyphens or without, with a possessive and in the plural; what is
joined in the glossary must be joined in the text: `head count` is not `headcount` to a reader who
cares how it is written. The evaluation suite counts terms against what was said, and is more
lenient there (evaluation/metrics/glossary.py); here nobody knows what was said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Place(NamedTuple):
    """`words[start:stop]` are the term."""

    start: int
    stop: int
    term: str


def plain(word: str) -> str:
    """Letters and digits alone, in one case: what two spellings of a word have in common."""
    return "".join(c for c in word.casefold() if c.isalnum())


class Terms:
    """A glossary to look for."""

    def __init__(self, terms: Iterable[str]) -> None:
        self._spellings: dict[str, str] = {}
        self._longest = 0
        for term in terms:
            parts = _parts(term)
            for spelling in _inflected(parts) if parts else ():
                self._spellings.setdefault(spelling, term)
                self._longest = max(self._longest, len(spelling))

    def places(self, words: Sequence[str]) -> list[Place]:
        """From left to right, the longest there, none over another."""
        parts = [_parts(word) for word in words]
        found: list[Place] = []
        at = 0
        while at < len(words):
            place = self._longest_at(parts, at)
            if place is not None:
                found.append(place)
            at = place.stop if place else at + 1
        return found

    def _longest_at(self, parts: Sequence[str], at: int) -> Place | None:
        found, text = None, parts[at]
        for stop in range(at + 1, len(parts) + 1) if text else ():
            if stop > at + 1 and parts[stop - 1]:
                text += " " + parts[stop - 1]
            if len(text) > self._longest:
                break
            if parts[stop - 1] and text in self._spellings:
                found = Place(at, stop, self._spellings[text])
        return found


def _parts(text: str) -> str:
    """`EU-SILC’s` -> `eu silcs`: what is between hyphens, and nothing but letters and digits."""
    joined = "".join(c for c in text.casefold() if c not in "'’")
    return " ".join("".join(c if c.isalnum() else " " for c in joined).split())


def _inflected(parts: str) -> set[str]:
    """The term, its plural and its possessive."""
    found = {parts, parts + "s"}
    if parts.endswith(("s", "x", "z", "ch", "sh")):
        found.add(parts + "es")
    if parts.endswith("y"):
        found.add(parts[:-1] + "ies")
    return found
