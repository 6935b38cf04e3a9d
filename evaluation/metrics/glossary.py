"""Terms of a glossary: how many were heard, and how many were heard that nobody said.

A term is found in any case, joined, hyphenated or apart ("white paper", "white-paper",
"whitepaper"), with a possessive and in the plural or singular. Spelling counts otherwise: a
glossary is there because the customer cares how it is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from evaluation.metrics.alignment import align, regions
from evaluation.metrics.texts import FORMS

_APART: Final = 3
"""A term may be written in this many more words than the glossary has."""


class BadGlossary(ValueError):
    """A glossary that cannot be looked for; the message says why."""


@dataclass(frozen=True, slots=True)
class TermHits:
    """One term in one utterance, or in many."""

    said: int
    """Times it is in the reference."""
    heard: int
    """Times it is in the hypothesis."""
    hits: int
    """Times both have it in the same place."""

    @property
    def missed(self) -> int:
        return self.said - self.hits

    @property
    def false_insertions(self) -> int:
        """Heard where the reference does not have it."""
        return self.heard - self.hits

    @property
    def recall(self) -> float | None:
        """None when it was never said."""
        return self.hits / self.said if self.said else None

    @property
    def precision(self) -> float | None:
        """None when it was never heard."""
        return self.hits / self.heard if self.heard else None


@dataclass(frozen=True, slots=True)
class TermCounts:
    """Kept for each utterance, so that they can be cut by speaker or group."""

    utterances: tuple[dict[str, TermHits], ...]
    """By term; only those said or heard there."""
    never_said: tuple[str, ...]
    """Terms of the glossary that no reference has: nothing is known of their recall."""

    @property
    def total(self) -> TermHits:
        return _total(hits for utterance in self.utterances for hits in utterance.values())

    def of(self, term: str) -> TermHits:
        """All utterances together, for one term as the glossary spells it."""
        return _total(utterance[term] for utterance in self.utterances if term in utterance)


# Ch 15 · Model Quality: the customer's own terms are scored apart, missed ones and invented ones
def terms(
    references: Sequence[str], hypotheses: Sequence[str], glossary: Iterable[str]
) -> TermCounts:
    """Count the terms of a glossary in every utterance.

    Each term counts for itself, also within another ("paper" in "white paper"). Raises
    `BadGlossary` for a term without letters or digits and `ValueError` for unequal lengths.
    """
    index = _index(glossary)
    counted = tuple(
        _utterance(reference, hypothesis, index)
        for reference, hypothesis in zip(references, hypotheses, strict=True)
    )
    said = {term for each in counted for term, hits in each.items() if hits.said}
    return TermCounts(counted, tuple(term for term in index.terms if term not in said))


@dataclass(frozen=True, slots=True)
class _Index:
    terms: tuple[str, ...]
    spellings: dict[str, list[str]]
    """Joined spelling to the terms it may stand for."""
    most_words: int
    most_characters: int


def _total(hits: Iterable[TermHits]) -> TermHits:
    found = list(hits)
    return TermHits(
        sum(h.said for h in found), sum(h.heard for h in found), sum(h.hits for h in found)
    )


def _index(glossary: Iterable[str]) -> _Index:
    terms: dict[str, str] = {}
    most_words = 0
    for term in glossary:
        words = _words(term)
        if not words:
            raise BadGlossary(f"The term {term!r} of the glossary has no letter and no digit.")
        terms.setdefault("".join(words), term)
        most_words = max(most_words, len(words) + _APART)
    spellings: dict[str, list[str]] = {}
    for joined, term in terms.items():
        for spelling in _inflected(joined):
            spellings.setdefault(spelling, []).append(term)
    longest = max(map(len, spellings), default=0)
    return _Index(tuple(terms.values()), spellings, most_words, longest)


def _inflected(joined: str) -> set[str]:
    """Plural and, of longer words that look like one, singular."""
    found = {joined, joined + "s"}  # of the possessive, too: its s is a word of the basic form
    if joined.endswith(("s", "x", "z", "ch", "sh")):
        found.add(joined + "es")
    if joined.endswith("y"):
        found.add(joined[:-1] + "ies")
    if len(joined) > 4 and joined.endswith("s") and not joined.endswith(("ss", "us", "is")):
        found.add(joined[:-1])
    return found


def _words(text: str) -> list[str]:
    return FORMS["basic"].apply(text).split()


def _utterance(reference: str, hypothesis: str, index: _Index) -> dict[str, TermHits]:
    wanted, heard = _words(reference), _words(hypothesis)
    said, given = _found(wanted, index), _found(heard, index)
    if not said and not given:
        return {}
    places = _places(wanted, heard)
    return {
        term: TermHits(
            len(said.get(term, ())),
            len(given.get(term, ())),
            _hits(said.get(term, ()), given.get(term, ()), *places),
        )
        for term in index.terms
        if term in said or term in given
    }


def _found(words: Sequence[str], index: _Index) -> dict[str, list[range]]:
    """Where each term stands: from left to right, the longest there, without overlap."""
    found: dict[str, list[range]] = {}
    for at in range(len(words)):
        text = ""
        here: dict[str, range] = {}
        for end in range(at + 1, min(at + index.most_words, len(words)) + 1):
            text += words[end - 1]
            if len(text) > index.most_characters:
                break
            for term in index.spellings.get(text, ()):
                here[term] = range(at, end)
        for term, place in here.items():
            before = found.setdefault(term, [])
            if not before or before[-1].stop <= at:
                before.append(place)
    return found


def _places(wanted: Sequence[str], heard: Sequence[str]) -> tuple[list[int], list[int]]:
    """A number for each word of both texts; words that lie beside each other have the same.

    The words of a region of errors share one, since their order within it means nothing.
    """
    reference, hypothesis, number = [0] * len(wanted), [0] * len(heard), 0
    for region in regions(align(wanted, heard)):
        for step in range(max(region.end - region.start, region.heard_end - region.heard_start)):
            if region.start + step < region.end:
                reference[region.start + step] = number
            if region.heard_start + step < region.heard_end:
                hypothesis[region.heard_start + step] = number
            number += region.same
        number += 1
    return reference, hypothesis


def _hits(
    said: Sequence[range], given: Sequence[range], reference: list[int], heard: list[int]
) -> int:
    """Pairs of places that touch, each used once, from left to right."""
    hits, free = 0, 0
    for place in said:
        numbers = {reference[i] for i in place}
        while free < len(given) and heard[given[free].stop - 1] < min(numbers):
            free += 1
        if free < len(given) and any(heard[i] in numbers for i in given[free]):
            hits += 1
            free += 1
    return hits
