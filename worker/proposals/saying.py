"""How a term is said, guessed from its spelling where a rule is sound; else nothing is guessed.

Compounds written as one word are said as their parts (`ActiveRecord`: active record), letters that
cannot be a word are spelled out (`LSMS`: L S M S). `SOEP` might be either, and is said "soap".
"""

from __future__ import annotations

import re
from typing import Final

_PART: Final = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_COMPOUND: Final = re.compile(r"[A-Za-z]+")
_VOWELS: Final = frozenset("AEIOUY")
_LETTER_BEFORE: Final = {"R": "are"}
"""Letters whose name alone would be read as something else by the synthesiser."""


def sounds_like(term: str) -> str:
    """A respelling, or "" where the spelling says nothing certain."""
    written = term.replace("_", " ").split()
    said = [_word(word) for word in written]
    if not written or ("_" not in term and all(each is None for each in said)):
        return ""
    return " ".join(heard or word for heard, word in zip(said, written, strict=True))


def _word(word: str) -> str | None:
    """None: as it is written, or unknown."""
    if not _COMPOUND.fullmatch(word):
        return None
    if word.isupper():
        return _spelled(word) if _is_spelled(word) else None
    if word[1:].islower() or word.islower():
        return None
    return _compound(_PART.findall(word))


def _compound(parts: list[str]) -> str | None:
    """`active record`, `are spec`; None when a part is letters that might be a word."""
    said = []
    for part in parts:
        if not part.isupper():
            said.append(part.lower())
        elif _is_spelled(part):
            said.append(_spelled(part))
        else:
            return None
    return " ".join(said) if len(said) > 1 else None


def _is_spelled(letters: str) -> bool:
    """One or two letters, or letters that cannot be said as a word."""
    return len(letters) <= 2 or not _VOWELS & set(letters)


def _spelled(letters: str) -> str:
    return " ".join(_LETTER_BEFORE.get(letter, letter) for letter in letters)
