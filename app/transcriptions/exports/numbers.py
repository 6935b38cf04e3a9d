"""Numbers that were heard as words, written as digits: "twenty-five cows" becomes "25 cows".

Found by text2num on the recogniser's own words, so that a pause or a mark between two words keeps
them apart. Single words below ten stay words: "no one" and "one of them" are not about quantity,
and prose writes them out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from text_to_num import find_numbers

from app.transcriptions.exports.wording import with_words, words_of
from app.transcriptions.schemas import SegmentOut, WordOut

LANGUAGES: Final = frozenset({"de", "en", "es", "fr", "it", "nl", "pt"})
PAUSE_S: Final = 0.7
"""A longer silence between two words ends a number: "twenty … three of them"."""
FROM: Final = 10.0
"""Smaller numbers that stand alone stay words."""
_WORD: Final = re.compile(r"(?P<before>\W*)(?P<bare>.*?)(?P<after>\W*)", re.DOTALL)
_CENTURIES: Final = range(11, 21)
_YEARS: Final = range(10, 100)


@dataclass(frozen=True, slots=True)
class _Token:
    """One word with the marks around it."""

    word: WordOut
    before: str
    bare: str
    after: str

    def text(self) -> str:
        return self.bare.lower()

    def nt_separated(self, previous: _Token) -> bool:
        return (
            bool(previous.after.strip("-"))
            or bool(self.before.strip(" -"))
            or self.word.start - previous.word.end > PAUSE_S
        )

    def not_a_number_part(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class _Found:
    first: int
    last: int
    """The token behind the last one."""
    text: str


def with_digits(segments: Iterable[SegmentOut], language: str) -> Iterator[SegmentOut]:
    """The segments with numbers as digits; a number of several words becomes one word.

    It begins with its first word, ends with its last and is as probable as the least probable.
    Raises `KeyError` for a language that is not in `LANGUAGES`.
    """
    if language not in LANGUAGES:
        raise KeyError(language)
    for segment in segments:
        words = words_of(segment)
        written = _written(words, language)
        yield segment if written == words else with_words(segment, written)


def _written(words: list[WordOut], language: str) -> list[WordOut]:
    tokens = [_token(word) for word in words]
    found = [
        _Found(each.start, each.end, each.text)
        for each in find_numbers(tokens, language, threshold=FROM)
    ]
    if language == "en":
        found = list(_with_years(found, tokens))
    written: list[WordOut] = []
    at = 0
    for each in found:
        written += words[at : each.first]
        written.append(_joined(tokens[each.first : each.last], each.text))
        at = each.last
    return written + words[at:]


def _token(word: WordOut) -> _Token:
    parts = _WORD.fullmatch(word.word)
    assert parts is not None, "the pattern fits any text"
    return _Token(word, parts["before"], parts["bare"], parts["after"])


def _with_years(found: list[_Found], tokens: list[_Token]) -> Iterator[_Found]:
    """ "Nineteen eighty-four" is two numbers to text2num, and a year to everybody else."""
    held: _Found | None = None
    for each in found:
        if held is not None and _is_year(held, each, tokens):
            yield _Found(held.first, each.last, held.text + each.text)
            held = None
            continue
        if held is not None:
            yield held
        held = each
    if held is not None:
        yield held


def _is_year(held: _Found, after: _Found, tokens: list[_Token]) -> bool:
    return (
        held.last == after.first
        and held.text.isdecimal()
        and after.text.isdecimal()
        and int(held.text) in _CENTURIES
        and int(after.text) in _YEARS
        and not tokens[after.first].nt_separated(tokens[held.last - 1])
    )


def _joined(tokens: list[_Token], text: str) -> WordOut:
    words = [token.word for token in tokens]
    change = {
        "word": f"{tokens[0].before}{text}{tokens[-1].after}",
        "end": words[-1].end,
        "probability": min(word.probability for word in words),
        "edited": any(word.edited for word in words),
    }
    return words[0].model_copy(update=change)
