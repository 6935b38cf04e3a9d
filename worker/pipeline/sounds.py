"""How words sound, roughly: keys by which a misheard term is found among thousands.

A key is the consonants of a word in the order in which they are said (Lawrence Philips' Metaphone,
by jellyfish), with one sign for every vowel at the beginning. It knows English spelling only.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import jellyfish
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

FEWEST_LETTERS: Final = 4
FEWEST_PHONES: Final = 3
"""With less to go by, everything sounds alike: such terms are repaired by their letters only."""
APART: Final = 0.34
"""Share of a key's signs that may differ for the spelling to be looked at."""
_LIKE: Final = str.maketrans({"0": "T", "A": "A", "E": "A", "I": "A", "O": "A", "U": "A"})
"""`0` is th; vowels are kept by Metaphone at the beginning only."""


@dataclass(frozen=True, slots=True)
class Form:
    """A term as it is written, or as it is said."""

    term: str
    letters: str
    phones: str
    said: bool
    """From its respelling: the same letters are the same sound, not the same word."""
    words: int


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """Terms to be found by spelling and by sound."""

    exact: dict[str, Form]
    """By letters; what is written wins over how another term is said."""
    longest: int
    """Letters of the longest form."""
    keys: dict[int, tuple[str, ...]] = field(repr=False)
    """By their length, of the forms that have enough to go by."""
    by_key: dict[str, tuple[Form, ...]] = field(repr=False)

    def same(self, phones: str) -> tuple[Form, ...]:
        """Forms with this key."""
        return self.by_key.get(phones, ())

    def near(self, phones: str) -> Iterator[Form]:
        """Forms whose keys differ in at most a share `APART` of their signs."""
        reach = round(APART * len(phones))
        for length in range(len(phones) - reach, len(phones) + reach + 1):
            keys = self.keys.get(length, ())
            found = process.extract(
                phones, keys, scorer=Levenshtein.distance, score_cutoff=reach, limit=None
            )
            for key, _, _ in found:
                if _begin_alike(key, phones):
                    yield from self.by_key[key]


def _begin_alike(key: str, phones: str) -> bool:
    """Words are misheard at their ends and in the middle, seldom at the beginning."""
    return key[:1] == phones[:1] or {key[:1], phones[:1]} == {"B", "P"}


@lru_cache(maxsize=8)
def lexicon(terms: tuple[tuple[str, str], ...]) -> Lexicon:
    """Of pairs of a term and how it is said (empty: as it is written)."""
    written = [_form(term, term, said=False) for term, _ in terms]
    said = [_form(term, said, said=True) for term, said in terms if said]
    exact: dict[str, Form] = {}
    for form in (*written, *said):
        if len(form.letters) >= FEWEST_LETTERS:
            exact.setdefault(form.letters, form)
    by_key: dict[str, list[Form]] = {}
    for form in exact.values():
        if len(form.phones) >= FEWEST_PHONES:
            by_key.setdefault(form.phones, []).append(form)
    keys: dict[int, list[str]] = {}
    for key in sorted(by_key):
        keys.setdefault(len(key), []).append(key)
    return Lexicon(
        exact,
        max(map(len, exact), default=0),
        {length: tuple(found) for length, found in keys.items()},
        {key: tuple(forms) for key, forms in by_key.items()},
    )


def _form(term: str, text: str, *, said: bool) -> Form:
    return Form(term, letters_of(text), phones_of(text), said, len(text.split()))


def letters_of(text: str) -> str:
    """Letters and digits in one row, in lower case and without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in apart if character.isalnum())


@lru_cache(maxsize=50_000)
def phones_of(text: str) -> str:
    """The key of a word, or of several as if they were one; empty for other alphabets."""
    return jellyfish.metaphone(letters_of(text)).replace(" ", "").translate(_LIKE)


def similarity(letters: str, phones: str, form: Form) -> float:
    """0-1: half by sound, half by spelling, each 1 minus the share of signs to be changed."""
    by_sound = Levenshtein.normalized_similarity(phones, form.phones)
    return (by_sound + Levenshtein.normalized_similarity(letters, form.letters)) / 2


def nearest(letters: str, phones: str, forms: Iterable[Form]) -> tuple[float, Form | None]:
    """The most similar form; of equals the first."""
    found: tuple[float, Form | None] = (0.0, None)
    for form in forms:
        alike = similarity(letters, phones, form)
        if alike > found[0]:
            found = (alike, form)
    return found
