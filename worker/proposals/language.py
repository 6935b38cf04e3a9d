"""Whether a text is English, which is what terms are told from ordinary words by."""

from __future__ import annotations

from collections import Counter
from typing import Final

import py3langid

from worker.proposals.errors import Refusal

ENGLISH: Final = "en"
_NONE: Final = "zxx"
"""ISO 639 for what is no language, such as names, numbers and code."""
_PIECE: Final = 500
"""Characters judged at a time."""
_SURE: Final = 200
"""Fewer characters, most of them names, decide nothing."""
_PIECES: Final = 60
_NAMES: Final = {
    "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese",
    "nl": "Dutch", "pl": "Polish", "cs": "Czech", "tr": "Turkish", "uk": "Ukrainian",
    "ru": "Russian", "ar": "Arabic", "hi": "Hindi", "zh": "Chinese", "ja": "Japanese",
    "ko": "Korean", "sv": "Swedish", "da": "Danish", "fi": "Finnish", "no": "Norwegian",
    "la": "Latin", "el": "Greek", "he": "Hebrew", "hu": "Hungarian", "ro": "Romanian",
}  # fmt: skip


def warm_up() -> None:
    """Read the tables now: later no file can be opened."""
    py3langid.classify("A sentence in English.")


def checked(text: str, notes: list[str]) -> str:
    """The code of the language; a part in another one is noted. Raises `Refusal` for another."""
    flat = " ".join(text.split())
    if len(flat) < _SURE:
        return ENGLISH
    pieces = [flat[at : at + _PIECE] for at in range(0, len(flat), _PIECE)]
    pieces = [each for each in pieces if len(each) >= _SURE] or [flat]
    pieces = pieces[:: max(1, len(pieces) // _PIECES)]
    heard = Counter(str(py3langid.classify(each)[0]) for each in pieces)
    foreign = len(pieces) - heard[ENGLISH] - heard.pop(_NONE, 0)
    if 2 * foreign > len(pieces):
        language = max((each for each in heard if each != ENGLISH), key=lambda each: heard[each])
        raise Refusal(
            "not_english",
            f"This text seems to be {_NAMES.get(language, f'in the language {language!r}')}. Terms"
            " can be told from ordinary words in English only. Nothing was kept. Give the terms"
            " themselves, one a line: a list may be of any language.",
        )
    if 10 * foreign > len(pieces):
        share = round(100 * foreign / len(pieces))
        notes.append(
            f"About {share} % of the text is not English; what is odd there is proposed too."
        )
    return ENGLISH
