"""What a person types into a search box, understood.

Plain words must all be said in one segment, in any order. Words in quotation marks must follow
each other. A word that ends with * stands for all that begin like it. Everything else that a
search engine might read as an order (AND, NEAR, a colon, a bracket, a minus) is a plain word or
nothing at all: the engines get quoted words of letters and digits, never what was typed.
"""

# Ch 28 · Security and Privacy: no engine's query language can be reached from the search box

from __future__ import annotations

import re
from dataclasses import dataclass

from app.errors import Unprocessable
from app.search.words import Token, tokens

MAX_CHARACTERS = 200
MAX_WORDS = 24
_PIECES = re.compile(r'"([^"]*)"|(\S+)')
_QUOTES = str.maketrans(dict.fromkeys("“”„‟", '"'))
"""What keyboards make of a quotation mark."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that follow each other; the last one may be only the beginning of a word."""

    words: tuple[str, ...]
    begins: bool = False

    def at(self, found: list[Token], place: int) -> bool:
        """Whether it stands at this place of a text."""
        if place + len(self.words) > len(found):
            return False
        *before, last = self.words
        if any(found[place + i].word != word for i, word in enumerate(before)):
            return False
        said = found[place + len(before)].word
        return said.startswith(last) if self.begins else said == last


@dataclass(frozen=True, slots=True)
class Query:
    """All of these phrases."""

    phrases: tuple[Phrase, ...]

    def matches(self, text: str) -> bool:
        """Whether `text` has all of it, as the index would say."""
        found = tokens(text)
        return all(
            any(phrase.at(found, place) for place in range(len(found))) for phrase in self.phrases
        )

    def marks(self, text: str) -> list[tuple[int, int]]:
        """Where it stands in `text`: pairs of characters from and to, in order, never touching."""
        found = tokens(text)
        spans = sorted(
            (found[place].start, found[place + len(phrase.words) - 1].end)
            for phrase in self.phrases
            for place in range(len(found))
            if phrase.at(found, place)
        )
        marks: list[tuple[int, int]] = []
        for start, end in spans:
            if marks and start <= marks[-1][1]:
                marks[-1] = (marks[-1][0], max(end, marks[-1][1]))
            else:
                marks.append((start, end))
        return marks

    def for_sqlite(self) -> str:
        """https://www.sqlite.org/fts5.html#full_text_query_syntax"""
        return " AND ".join(
            f'"{" ".join(phrase.words)}"' + ("*" if phrase.begins else "")
            for phrase in self.phrases
        )

    def for_postgresql(self) -> str:
        """https://www.postgresql.org/docs/current/datatype-textsearch.html#DATATYPE-TSQUERY"""
        return " & ".join(
            "(" + " <-> ".join(f"'{word}'" for word in phrase.words) + _star(phrase) + ")"
            for phrase in self.phrases
        )


def _star(phrase: Phrase) -> str:
    return ":*" if phrase.begins else ""


def parse(typed: str) -> Query:
    """Raises `Unprocessable`: there is no word in it, or too many are."""
    phrases = []
    for piece in _PIECES.finditer(typed.translate(_QUOTES)):
        quoted, plain = piece.groups()
        words = tuple(token.word for token in tokens(quoted if plain is None else plain))
        if any(words):
            begins = plain is not None and plain.endswith("*")
            phrases.append(Phrase(tuple(word for word in words if word), begins))
    if not phrases:
        raise Unprocessable(
            code="nothing_to_search",
            detail=f"There is no word in {typed[:80]!r}. Type a word, the beginning of one with *"
            ' (adapt*), or a "phrase in quotation marks".',
        )
    query = Query(tuple(dict.fromkeys(phrases)))
    count = sum(len(phrase.words) for phrase in query.phrases)
    if count > MAX_WORDS:
        raise Unprocessable(
            code="too_many_words",
            detail=f"{count} words are more than can be searched for at once; {MAX_WORDS} can.",
        )
    return query
