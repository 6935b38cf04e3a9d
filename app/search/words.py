"""How a text is cut into words for the search, and how two spellings come to be the same word.

This is what SQLite's tokeniser `unicode61` with `remove_diacritics 2` does and what our expression
for PostgreSQL does (app/search/index.py), once more: to read a query, and to mark what was found.
Letters, digits and the marks that belong to them make words; capitals and the accents of Latin
letters do not count.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_IN_WORDS = ("L", "M", "Nd", "Nl", "Co")
"""Unicode categories; ² and ½ are no digits of a number one would look for."""
_ACCENTS = range(0x300, 0x332)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, folded, and where it stands: characters `start` to `end` of the text."""

    word: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """The words of `text` in their order."""
    found: list[Token] = []
    word, start = "", 0
    for position, character in enumerate(text):
        folded = _folded(character)
        if folded is None:
            if word:
                found.append(Token(word, start, position))
            word = ""
            continue
        if not word:
            start = position
        word += folded
    if word:
        found.append(Token(word, start, len(text)))
    return found


@lru_cache(maxsize=4096)
def _folded(character: str) -> str | None:
    """What a character adds to its word; None: it stands between words."""
    if not unicodedata.category(character).startswith(_IN_WORDS):
        return None
    if ord(character) in _ACCENTS:
        return ""
    base = unicodedata.normalize("NFD", character)[0]
    return (base if base.isascii() else character).lower()
