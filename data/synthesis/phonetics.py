"""Respelled words said as words: "tie o tro pee um" is one word with one stress, not five.

A phonemiser reads syllables with spaces between them as words, each with a stress of its own, which
nobody says. The syllables of a joined respelling (`tie·o·tro·pee·um`) are phonemised one by one and
put together under one stress: that of the syllable in capitals (`em·pa·gli·FLO·zin`), otherwise
the last but two, as in most of the Latin and Greek words that fields are made of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

JOINT: Final = "·"
FORM: Final = 2
"""Counted up when joined respellings come to be read in another way."""
_JOINED = re.compile(rf"\w+(?:{JOINT}\w+)+")
_STAND_IN = "blorfent"
"""A word that no text has, phonemised in the place of a joined one."""
_STRESS = re.compile("[ˈˌ]")
_VOWEL = re.compile("(?:aɪ|eɪ|oʊ|əʊ|aʊ|ɔɪ|[aeiouæɑɒɐəɚɛɜɝɪᵻɔʊʌ])ː?")

Phonemize = Callable[[str], str]


def joined(term: str, said: str) -> str:
    """The respelling of a plain word as one word; that of phrases and names like RSpec as it is.

    Parts that are spelled letters ("n p m") stay apart: the term has no vowel then.
    """
    is_word = re.fullmatch(r"\w[^\W\d_A-Z]+", term) and re.search("[aeiouyAEIOUY]", term)
    parts = said.split()
    if not is_word or len(parts) < 2 or not all(re.fullmatch(r"[^\W\d_]+", part) for part in parts):
        return said
    return JOINT.join(parts)


def phonemes(text: str, phonemize: Phonemize) -> str:
    """Of a text that may hold joined respellings."""
    found = _JOINED.findall(text)
    if not found:
        return phonemize(text)
    sound = phonemize(_STAND_IN)
    pieces = phonemize(_JOINED.sub(_STAND_IN, text)).split(sound)
    if not sound or len(pieces) != len(found) + 1:  # said differently among other words
        return phonemize(text.replace(JOINT, " "))
    words = [one_word(each.split(JOINT), phonemize) for each in found] + [""]
    return "".join(piece + word for piece, word in zip(pieces, words, strict=True))


def one_word(parts: Sequence[str], phonemize: Phonemize) -> str:
    """The phonemes of syllables without spaces, with one stress."""
    # Together, where they stay apart: an "a" alone is the name of the letter.
    sounds = phonemize(" ".join(parts).lower()).split()
    if len(sounds) != len(parts):
        sounds = [phonemize(part.lower()).replace(" ", "") for part in parts]
    sounds = [_STRESS.sub("", sound) for sound in sounds]
    vowels = [len(_VOWEL.findall(sound)) for sound in sounds]
    loud = [number for number, part in enumerate(parts) if len(part) > 1 and part.isupper()]
    stressed = sum(vowels[: loud[0]]) if loud else max(0, sum(vowels) - 3)
    starts = [match.start() for match in _VOWEL.finditer("".join(sounds))]
    whole = "".join(sounds)
    if stressed >= len(starts):
        return whole
    return f"{whole[: starts[stressed]]}ˈ{whole[starts[stressed] :]}"
