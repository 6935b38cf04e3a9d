"""Spoken numbers to digits, for text that is compared without spaces.

"fifty eight thousand nine thirty nine", "58 thousand 939" and "58,939" become 58939; "nineteen
sixty five" becomes 19 and 65, which is 1965 once the spaces are gone. An ordinal becomes its
number: recognisers write "January 7" for what was spoken as "January seventh".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_ONES: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS: Final = (
    *("ten", "eleven", "twelve", "thirteen", "fourteen"),
    *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS: Final = {
    **{"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5},
    **{"sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "twelfth": 12},
    **{teen + "th": 10 + i for i, teen in enumerate(_TEENS) if teen != "twelve"},
    **{ten[:-1] + "ieth": 20 + 10 * i for i, ten in enumerate(_TENS)},
}
CARDINALS: Final = {
    **{word: i for i, word in enumerate(_ONES)},
    **{word: 10 + i for i, word in enumerate(_TEENS)},
    **{word: 20 + 10 * i for i, word in enumerate(_TENS)},
}
ORDINALS: Final = _ORDINALS
DECADES: Final = {ten[:-1] + "ies": 20 + 10 * i for i, ten in enumerate(_TENS)}
SCALES: Final = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
ENDING: Final = {"hundredth": "hundred", "thousandth": "thousand", "millionth": "million"}


def is_number(token: str) -> bool:
    """Whether a number can begin with this token."""
    return token.isdecimal() or token in CARDINALS or token in ORDINALS or token in DECADES


def to_digits(tokens: Sequence[str]) -> list[str]:
    """The tokens with every spoken number replaced by its digits."""
    done: list[str] = []
    at = 0
    while at < len(tokens):
        number = _number(tokens, at)
        if number is None:
            done.append(tokens[at])
            at += 1
        else:
            done.append(number.text)
            at = number.end
    return done


@dataclass(frozen=True, slots=True)
class _Number:
    value: int
    text: str
    end: int
    """Where the tokens go on."""
    closed: bool = False
    """Nothing can be added: an ordinal or a decade."""


def _number(tokens: Sequence[str], at: int) -> _Number | None:
    """Hundreds, then ever smaller scales: 7 thousand 1 hundred and 86."""
    part = _hundreds(tokens, at)
    if part is None:
        return None
    total, found, below = 0, part, 10**12
    while not part.closed and part.value and part.end < len(tokens):
        word = tokens[part.end]
        scale = SCALES.get(ENDING.get(word, word), below)
        if scale >= below:
            break
        total += part.value * scale
        end, below = part.end + 1, scale
        found = _Number(total, str(total), end, word in ENDING)
        rest = None if found.closed else _addend(tokens, end)
        if rest is None:
            return found
        part = rest
        if not _scale_follows(tokens, part, below):
            if part.value >= scale:
                return found
            return _Number(total + part.value, str(total + part.value), part.end, part.closed)
    return found


def _scale_follows(tokens: Sequence[str], part: _Number, below: int) -> bool:
    if part.closed or part.end >= len(tokens):
        return False
    word = tokens[part.end]
    return SCALES.get(ENDING.get(word, word), below) < below


def _addend(tokens: Sequence[str], at: int) -> _Number | None:
    """What is added after a scale: `and 86`, `1 hundred 86`, and `9 39` said for 939."""
    if at < len(tokens) and tokens[at] == "and":
        at += 1
    part = _hundreds(tokens, at)
    if part is None or not part.value:
        return None
    if part.value < 10 and part.end == at + 1 and not part.closed and tokens[at] in CARDINALS:
        rest = _small(tokens, part.end)
        if rest is not None and 10 <= rest.value < 100 and tokens[part.end] in CARDINALS:
            value = 100 * part.value + rest.value
            return _Number(value, str(value), rest.end, rest.closed)
    return part


def _hundreds(tokens: Sequence[str], at: int) -> _Number | None:
    """A number below a hundred, or up to 99 hundred with what is added to it."""
    small = _small(tokens, at)
    if small is None or small.closed or not 1 <= small.value <= 99 or small.end >= len(tokens):
        return small
    word = tokens[small.end]
    if ENDING.get(word, word) != "hundred":
        return small
    value, end = 100 * small.value, small.end + 1
    if word in ENDING:
        return _Number(value, str(value), end, closed=True)
    after = end + 1 if end < len(tokens) and tokens[end] == "and" else end
    rest = _small(tokens, after)
    if rest is None or not 1 <= rest.value <= 99 or rest.text != str(rest.value):
        return _Number(value, str(value), end)
    return _Number(value + rest.value, str(value + rest.value), rest.end, rest.closed)


def _small(tokens: Sequence[str], at: int) -> _Number | None:
    """Digits as they stand, or a spoken number below a hundred."""
    if at >= len(tokens):
        return None
    word = tokens[at]
    if word.isdecimal():
        return _Number(int(word), word, at + 1)
    if word in ORDINALS:
        return _Number(ORDINALS[word], str(ORDINALS[word]), at + 1, closed=True)
    if word in DECADES:
        return _Number(DECADES[word], f"{DECADES[word]}s", at + 1, closed=True)
    if word not in CARDINALS:
        return None
    value = CARDINALS[word]
    if value >= 20 and at + 1 < len(tokens):
        one = tokens[at + 1]
        added = CARDINALS.get(one, ORDINALS.get(one, 0))
        if 1 <= added <= 9:
            return _Number(value + added, str(value + added), at + 2, one in ORDINALS)
    return _Number(value, str(value), at + 1)
