"""What was dictated, as a person would want it written: letters as capitals, numbers as digits.

AN4 spells everything out ("RUBOUT G M E F THREE NINE"); Whisper has learned to write digits.
Taught in the written form ("Rubout G M E F 39") it keeps its habit, and ordinary speech with it.
"""

from __future__ import annotations

from functools import lru_cache

from whisper_normalizer.english import EnglishTextNormalizer

_LETTER_O = "letteroh"
"""Stands for the letter while numbers are read: beside letters an "o" is no zero."""


def dictated(text: str) -> str:
    """ "RUBOUT G M E F THREE NINE" -> "Rubout G M E F 39"; numbers by Whisper's own normaliser."""
    words = text.lower().split()
    kept = [
        _LETTER_O if word == "o" and _spelled(words, i) else word for i, word in enumerate(words)
    ]
    written = _normaliser()(" ".join(kept)).replace(_LETTER_O, "o").split()
    shown = " ".join(word.upper() if len(word) == 1 else word for word in written)
    return shown[:1].upper() + shown[1:]


def _spelled(words: list[str], i: int) -> bool:
    """Whether the word's neighbours are single letters."""
    return any(len(word) == 1 for word in [*words[max(0, i - 1) : i], *words[i + 1 : i + 2]])


@lru_cache(maxsize=1)
def _normaliser() -> EnglishTextNormalizer:
    return EnglishTextNormalizer()
