"""Which words and phrases of a text might be terms of a field, and why.

A word is one because it is rare in general English, or looks like an abbreviation, a name or code;
a phrase is one because it is written like a name, or comes more than once and has such a word.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from worker.proposals.commonness import FREQUENT, RARE, Commonness
from worker.proposals.words import Sentence, Word, excerpt

EXAMPLES: Final = 3
LONGEST_PHRASE: Final = 4
MAX_CHARACTERS: Final = 60
"""As in a glossary."""
_SHORTEST: Final = 4
"""Of a rare word: shorter ones are mostly pieces of formulas."""
CODE, ABBREVIATION, NAME, PHRASE, RARE_WORD = "code", "abbreviation", "name", "phrase", "rare"
WHY: Final = {
    CODE: "written like code or a product's name",
    ABBREVIATION: "an abbreviation",
    NAME: "written like a name",
    PHRASE: "a phrase with a word of the field",
    RARE_WORD: "rare in general English",
}
_WEIGHT: Final = {CODE: 3.0, ABBREVIATION: 2.6, NAME: 2.4, PHRASE: 2.6, RARE_WORD: 2.0}
_USUAL: Final = 1 - RARE / FREQUENT
"""Rarity up to which every word of a term is a usual one."""
_INSIDE: Final = frozenset({"of", "de", "von", "van", "la", "le", "du", "del", "der"})
"""May stand within a name."""


@dataclass(slots=True)
class Candidate:
    kind: str
    rarity: float
    """0 to 1: how unexpected its least expected word is."""
    spellings: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    first: int = 0
    """Number of the sentence it comes first in."""
    named: bool = False
    """Of a phrase: it was once written like a name."""

    @property
    def count(self) -> int:
        return self.spellings.total()

    @property
    def term(self) -> str:
        """The commonest spelling; of a word that is not a name, the one within a sentence."""
        return max(self.spellings, key=lambda each: (self.spellings[each], each.islower()))

    @property
    def score(self) -> float:
        return _WEIGHT[self.kind] * (0.5 + self.rarity) * (1 + math.log(self.count))

    def note(self, spelling: str, sentence: Sentence) -> None:
        self.spellings[spelling] += 1
        example = excerpt(sentence.text, spelling)
        if len(self.examples) < EXAMPLES and example not in self.examples:
            self.examples.append(example)


def candidates(text: Sequence[Sentence], english: Commonness) -> list[Candidate]:
    """All of a text, the most useful first."""
    finder = _Finder(english, _lower_case(text))
    for number, sentence in enumerate(text):
        finder.read(number, sentence)
    found = finder.kept()
    return sorted(found, key=lambda each: (-round(each.score, 6), each.first, each.term))


def _lower_case(text: Iterable[Sentence]) -> frozenset[str]:
    """Words that come in lower case: such a word is no name where it begins a sentence."""
    return frozenset(w.text for sentence in text for w in sentence.words if w.text.islower())


class _Finder:
    def __init__(self, english: Commonness, lower: frozenset[str]) -> None:
        self._english = english
        self._lower = lower
        self._found: dict[str, Candidate] = {}
        self._inside: Counter[tuple[str, str]] = Counter()
        """How often a word (the first) comes within a phrase (the second)."""

    def read(self, number: int, sentence: Sentence) -> None:
        kinds = [self._kind(word, sentence) for word in sentence.words]
        for word, kind in zip(sentence.words, kinds, strict=True):
            if kind is not None:
                self._add(kind, (word,), sentence, number)
        for run in _runs(sentence.words):
            self._phrases([(sentence.words[at], kinds[at]) for at in run], sentence, number)

    def _kind(self, word: Word, sentence: Sentence) -> str | None:
        """What makes the word a term by itself."""
        text, zipf = word.text, self._zipf(word)
        if not any(c.isalpha() for c in text) or len(text) > MAX_CHARACTERS:
            return None
        if word.is_code:
            return CODE
        if word.is_abbreviation:
            usual = sentence.shouts or word.plain in self._lower or zipf >= FREQUENT
            return None if usual else ABBREVIATION
        if len(text) < _SHORTEST or not text.replace("-", "").isalpha():
            return None
        named = word.is_capitalised and word.plain not in self._lower
        sure = named and not (word.begins_sentence or sentence.titled or sentence.shouts)
        if zipf >= RARE:
            return NAME if sure and zipf < FREQUENT else None
        return NAME if sure or (named and zipf == 0) else RARE_WORD

    def _phrases(self, run: list[tuple[Word, str | None]], sentence: Sentence, number: int) -> None:
        capitals = not (sentence.titled or sentence.shouts)
        for begin in range(len(run)):
            for end in range(begin + 2, min(begin + LONGEST_PHRASE, len(run)) + 1):
                words = [word for word, _ in run[begin:end]]
                special = any(kind is not None for _, kind in run[begin:end])
                if not self._holds_together(words, special, capitals):
                    continue
                added = self._add(PHRASE, words, sentence, number)
                added.named |= capitals and all(map(_is_written_as_name, words))

    def _holds_together(self, words: list[Word], special: bool, capitals: bool) -> bool:
        """Whether these words may be one term, if they meet again."""
        if sum(len(word.text) + 1 for word in words) > MAX_CHARACTERS:
            return False
        if not (self._tells(words[0], capitals) and self._tells(words[-1], capitals)):
            return False
        if not all(self._tells(w, capitals) or w.plain in _INSIDE for w in words):
            return False
        if len(words) > 2:
            return special or all(map(_is_written_as_name, words))
        return not self._english.is_usual_pair(words[0].plain, words[1].plain)

    def _tells(self, word: Word, capitals: bool) -> bool:
        """Whether the word can stand at the edge of a term: no "the", no "uses", no "1998"."""
        if not any(c.isalpha() for c in word.text) or len(word.text) < 2:
            return False
        name = capitals and word.is_capitalised and not word.begins_sentence
        return self._zipf(word) < FREQUENT or (name and self._zipf(word) < 6.0)

    def _add(self, kind: str, words: Sequence[Word], sentence: Sentence, number: int) -> Candidate:
        key = " ".join(_singular(word.plain) for word in words)
        spelling = " ".join(word.text for word in words)
        found = self._found.get(key)
        if found is None:
            least = min(FREQUENT, *(self._zipf(word) for word in words))
            found = self._found[key] = Candidate(kind, 1 - least / FREQUENT, first=number)
        found.note(spelling, sentence)
        if len(words) > 1:
            for word in words:
                self._inside[_singular(word.plain), key] += 1
        return found

    def _zipf(self, word: Word) -> float:
        """Of a compound with a hyphen: of its least common part, which is nearly always counted."""
        if word.plain in self._english.zipf or "-" not in word.text:
            return self._english.of(word.plain)
        return min(self._english.of(part) for part in word.plain.split("-") if part)

    def kept(self) -> Iterator[Candidate]:
        """Without chance phrases, and without words that come in one phrase only."""
        phrases = {key: c for key, c in self._found.items() if " " in key}
        good = {key: c for key, c in phrases.items() if _is_term(c)}
        good = {key: c for key, c in good.items() if not _swallowed(key, c, good)}
        for key, candidate in self._found.items():
            if " " in key:
                if key in good:
                    yield candidate
            elif _is_term(candidate) and not any(
                self._inside[key, phrase] >= candidate.count for phrase in good
            ):
                yield candidate


def _is_term(found: Candidate) -> bool:
    """Once is enough for what is rare or written like a name; other words meet by chance."""
    if found.kind != PHRASE:
        return found.count >= 2 or found.rarity > _USUAL
    return found.named or found.count >= (2 if found.rarity > _USUAL else 3)


def _is_written_as_name(word: Word) -> bool:
    return (word.is_capitalised and not word.begins_sentence) or word.plain in _INSIDE


def _swallowed(key: str, found: Candidate, phrases: dict[str, Candidate]) -> bool:
    """Whether it comes (nearly) only within a longer one: "Foster Greer" of three authors."""
    return any(
        other != key and f" {key} " in f" {other} " and phrases[other].count >= 0.7 * found.count
        for other in phrases
    )


def _runs(words: Sequence[Word]) -> Iterator[list[int]]:
    """Numbers of words with nothing but spaces between them."""
    run: list[int] = []
    for at, word in enumerate(words):
        if run and not word.glued:
            yield run
            run = []
        run.append(at)
    if run:
        yield run


def _singular(word: str) -> str:
    """Words that differ in this are one entry of a glossary."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
