"""The letters-and-digits form: what was dictated, whichever way it is written.

"RUBOUT G M E F THREE NINE" and "Rub out, G-M-E-F 39." are the same dictation. Compared character
by character and without spaces, spelled letters may be joined or apart, numbers spoken or
written. It is made for codes, names, numbers and dates; in running speech `english` is stricter.

What it cannot tell apart, on purpose: seven from seventh, 19 65 from 1965, "double u" from w.
A spoken "oh" is the digit beside numbers and the letter elsewhere; a written 0 or O is kept.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from evaluation.metrics import numbers

RULES: Final = 1
"""To be raised when the code below changes what comes out; the tables have a fingerprint."""

SIGNS: Final = {"&": " and ", "@": " at ", "+": " plus ", "%": " percent "}
CURRENCIES: Final = {"$": "dollars", "£": "pounds", "€": "euros"}
LETTER_NAMES: Final = {"zee": "z", "zed": "z", "aitch": "h", "haitch": "h"}
"""Names that are no other word; `bee`, `sea` or `are` would be guesses."""
MARK_NAMES: Final = ("apostrophe", "hyphen")
"""Spoken names of marks: the mark itself is not in this form either."""
REPEATS: Final = {"double": 2, "triple": 3}

TABLES: Final = (
    SIGNS,
    CURRENCIES,
    LETTER_NAMES,
    MARK_NAMES,
    REPEATS,
    numbers.CARDINALS,
    numbers.ORDINALS,
    numbers.DECADES,
    numbers.SCALES,
    numbers.ENDING,
)

_REWRITES: Final = (
    (re.compile(r"(?<=\d),(?=\d{3}(?!\d))"), ""),  # 58,939
    (re.compile(r"(?<=\d)\s*(?:\b1[/⁄]2\b)(?![/⁄])"), " point 5 "),  # 64 1/2
    (re.compile(r"([$£€])\s?(\d[\d.]*)"), r"\2 \1 "),
    (re.compile(r"(?<![\d.])(\d+)\.(\d+)(?!\.?\d)"), r"\1 point \2"),
    (re.compile(r"(?<=\d)(?:st|nd|rd|th)\b"), ""),
)
_TOKEN: Final = re.compile(r"\d+|[^\W\d_]+")


def letters_digits(text: str) -> str:
    """The text as a run of lower-case letters and digits, without spaces."""
    tokens = _letters(_TOKEN.findall(_plain(text)))
    return "".join(numbers.to_digits(_halves(_zeros(tokens))))


def _plain(text: str) -> str:
    """Lower case without diacritics; signs as words; numbers without separators."""
    text = unicodedata.normalize("NFKD", text.replace("½", " 1/2"))
    text = "".join(c for c in text if not unicodedata.combining(c)).casefold()
    for pattern, replacement in _REWRITES:
        text = pattern.sub(replacement, text)
    for sign, word in (SIGNS | CURRENCIES).items():
        text = text.replace(sign, f" {word} ")
    return text


def _letters(tokens: Sequence[str]) -> list[str]:
    """Spelling conventions: `double you`, `double t`, `triple five`, `zed`."""
    done: list[str] = []
    at = 0
    while at < len(tokens):
        word, follows = tokens[at], tokens[at + 1 : at + 3]
        times = REPEATS.get(word, 1)
        if times > 1 and _is_w(follows):
            done += ["w"] * times
            at += 3
        elif word == "double" and follows[:1] in (["u"], ["you"]):
            done.append("w")
            at += 2
        elif times > 1 and follows and _is_single(follows[0]):
            done += [follows[0]] * times
            at += 2
        else:
            if word not in MARK_NAMES:
                done.append(LETTER_NAMES.get(word, word))
            at += 1
    return done


def _is_w(tokens: Sequence[str]) -> bool:
    return len(tokens) == 2 and tokens[0] == "double" and tokens[1] in ("u", "you")


def _is_single(word: str) -> bool:
    """A letter or a digit, spoken or written."""
    return len(word) == 1 or word == "oh" or numbers.CARDINALS.get(word, 10) < 10


def _zeros(tokens: Sequence[str]) -> list[str]:
    """`oh` beside a number is zero, and so is a lone `o` between two; else both are the letter.

    A run of them is decided together: one nine oh oh eight.
    """
    done = list(tokens)
    at = 0
    while at < len(done):
        end = at
        while end < len(done) and done[end] in ("oh", "o"):
            end += 1
        if end == at:
            at += 1
            continue
        before = at > 0 and numbers.is_number(done[at - 1])
        after = end < len(done) and numbers.is_number(done[end])
        zero = (before or after) if "oh" in done[at:end] else (before and after)
        spelled = at > 0 and len(done[at - 1]) == 1
        if zero or spelled:
            done[at:end] = ["zero" if zero else "o"] * (end - at)
        at = end
    return done


def _halves(tokens: Sequence[str]) -> list[str]:
    """`sixty four and a half` as it is written: 64.5."""
    done: list[str] = []
    for at, token in enumerate(tokens):
        done.append(token)
        number = at >= 3 and numbers.is_number(tokens[at - 3])
        if number and tokens[at - 2 : at + 1] == ["and", "a", "half"]:
            done[-3:] = ["point", "five"]
    return done
