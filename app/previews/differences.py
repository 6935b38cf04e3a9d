"""Two transcripts of the same sound laid beside each other, word by word.

Words are compared without case and punctuation. Differences that lie close together are one place,
and a term of the glossary that only one side has belongs to the place as a whole: a reader wants
to see `Atkins an index` beside `Atkinson index`, not `s an` beside `son`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Final

from app.previews.terms import Place, Terms, plain
from app.transcriptions.schemas import SegmentOut

JOIN_WORDS: Final = 2
"""So few equal words between two differences do not make two places of them."""
PASSAGE_S: Final = 12.0
"""A passage this long ends where a sentence does."""
LONGEST_PASSAGE_S: Final = 40.0
"""A longer one ends at the next word that both have."""


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    """With the space in front of it, if there is one."""
    start_s: float
    end_s: float
    first: bool
    """Of its segment."""


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one side that belong together."""

    text: str
    place: int | None
    """Number of the difference they are part of; None: both sides have them."""
    term: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where the two sides are not the same."""

    start_s: float
    end_s: float
    plain: str
    adapted: str
    term: str | None
    """Of the glossary: one that only one side has here goes before one that both have."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Some sentences of both sides, of the same time."""

    start_s: float
    end_s: float
    differs: bool
    plain: tuple[Run, ...]
    adapted: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    differences: tuple[Difference, ...]
    passages: tuple[Passage, ...]
    """All of both texts, in order."""
    plain_terms: int
    """Times a term of the glossary is written."""
    adapted_terms: int
    plain_words: int
    adapted_words: int
    shared_words: int
    """That both sides have at the same place."""


@dataclass(slots=True)
class _Step:
    """Words `plain[a:b]` beside `adapted[c:d]`; one of each where they agree."""

    a: int
    b: int
    c: int
    d: int
    differs: bool
    place: int | None = None


def words_of(segments: Iterable[SegmentOut]) -> list[Word]:
    """In order; a segment without words, such as `[inaudible]`, is one word."""
    found: list[Word] = []
    for segment in segments:
        if not segment.words:
            found.append(Word(f" {segment.text}", segment.start, segment.end, True))
        for number, word in enumerate(segment.words):
            text = f" {word.word.lstrip()}" if number == 0 else word.word
            found.append(Word(text, word.start, word.end, number == 0))
    return found


def compare(before: Sequence[Word], after: Sequence[Word], terms: Terms) -> Comparison:
    """`before` without the domain, `after` with it."""
    keys = [plain(w.text) for w in before], [plain(w.text) for w in after]
    places = tuple(terms.places([word.text for word in side]) for side in (before, after))
    steps = _steps(*keys)
    shared = sum(1 for step in steps if not step.differs and any(keys[0][step.a : step.b]))
    _widen(steps, *places)
    _number(steps)
    sides = (_Side(before, places[0]), _Side(after, places[1]))
    return Comparison(
        differences=tuple(_differences(steps, *sides)),
        passages=tuple(_passages(steps, *sides)),
        plain_terms=len(places[0]),
        adapted_terms=len(places[1]),
        plain_words=sum(map(bool, keys[0])),
        adapted_words=sum(map(bool, keys[1])),
        shared_words=shared,
    )


def _steps(before: Sequence[str], after: Sequence[str]) -> list[_Step]:
    """The longest common stretches first, and what is between them; all words, in order."""
    steps: list[_Step] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            steps += [_Step(a + i, a + i + 1, c + i, c + i + 1, False) for i in range(b - a)]
        else:
            # A dash by itself is no word that anyone can get wrong
            steps.append(_Step(a, b, c, d, any(before[a:b]) or any(after[c:d])))
    return steps


def _widen(steps: list[_Step], before: Sequence[Place], after: Sequence[Place]) -> None:
    """Let a difference within a term reach to both ends of the term."""
    for place in before:
        _widen_to([step for step in steps if step.a < place.stop and step.b > place.start])
    for place in after:
        _widen_to([step for step in steps if step.c < place.stop and step.d > place.start])


def _widen_to(covered: list[_Step]) -> None:
    if any(step.differs for step in covered):
        for step in covered:
            step.differs = True


def _number(steps: list[_Step]) -> None:
    """Give the steps of each place its number, over short stretches in which both agree."""
    number, last = -1, None
    for at, step in enumerate(steps):
        if not step.differs:
            continue
        if last is None or at - last > JOIN_WORDS + 1:
            number += 1
        else:
            for between in steps[last + 1 : at]:
                between.place = number
        step.place, last = number, at


class _Side:
    """One text: its words, and the term each is part of."""

    def __init__(self, words: Sequence[Word], places: Sequence[Place]) -> None:
        self.words = words
        self.terms: list[str | None] = [None] * len(words)
        for place in places:
            self.terms[place.start : place.stop] = [place.term] * (place.stop - place.start)

    def text(self, start: int, stop: int) -> str:
        return "".join(word.text for word in self.words[start:stop]).strip()

    def runs(self, marked: Iterable[tuple[int, int | None]]) -> tuple[Run, ...]:
        """Of (word, place) pairs in order; joined, their texts are the text again."""
        return tuple(
            Run("".join(self.words[at].text for at, _ in group), place, term)
            for (place, term), group in groupby(
                marked, key=lambda pair: (pair[1], self.terms[pair[0]])
            )
        )


def _differences(steps: list[_Step], before: _Side, after: _Side) -> Iterator[Difference]:
    numbered = [step for step in steps if step.place is not None]
    for _, group in groupby(numbered, key=lambda step: step.place):
        found = list(group)
        a, b, c, d = found[0].a, found[-1].b, found[0].c, found[-1].d
        heard = [*before.words[a:b], *after.words[c:d]]
        of_before = [term for term in before.terms[a:b] if term]
        of_after = [term for term in after.terms[c:d] if term]
        gained = [term for term in of_after if term not in of_before]
        lost = [term for term in of_before if term not in of_after]
        yield Difference(
            start_s=min(word.start_s for word in heard),
            end_s=max(word.end_s for word in heard),
            plain=before.text(a, b),
            adapted=after.text(c, d),
            term=next(iter([*gained, *lost, *of_after]), None),
        )


def _passages(steps: list[_Step], before: _Side, after: _Side) -> Iterator[Passage]:
    here: list[_Step] = []
    began_s = 0.0
    for step in steps:
        if here and step.place is None and step.b > step.a:
            word = before.words[step.a]
            long_s = word.start_s - began_s
            if long_s >= (PASSAGE_S if word.first else LONGEST_PASSAGE_S):
                yield _passage(here, before, after)
                here = []
        if not here:
            heard = [*before.words[step.a : step.b], *after.words[step.c : step.d]]
            began_s = heard[0].start_s
        here.append(step)
    if here:
        yield _passage(here, before, after)


def _passage(steps: list[_Step], before: _Side, after: _Side) -> Passage:
    a, b, c, d = steps[0].a, steps[-1].b, steps[0].c, steps[-1].d
    heard = [*before.words[a:b], *after.words[c:d]]
    return Passage(
        start_s=min(word.start_s for word in heard),
        end_s=max(word.end_s for word in heard),
        differs=any(step.place is not None for step in steps),
        plain=before.runs((at, step.place) for step in steps for at in range(step.a, step.b)),
        adapted=after.runs((at, step.place) for step in steps for at in range(step.c, step.d)),
    )
