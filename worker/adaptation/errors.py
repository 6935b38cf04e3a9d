"""Errors of a text against what was said, for choosing between strengths of one adapter.

Not the figures anybody is told: those are the evaluation suite's, with its normalisers. Between
strengths of one adapter the same simple form for all of them is enough.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import Levenshtein

Unit = Literal["words", "letters"]


@dataclass(frozen=True, slots=True)
class Counts:
    wrong: int
    of: int

    @property
    def rate(self) -> float:
        """0 for nothing said and nothing heard."""
        return self.wrong / self.of if self.of else float(self.wrong > 0)


def counted(pairs: Iterable[tuple[str, str]], unit: Unit) -> Counts:
    """Of pairs (said, heard): edits, and units said."""
    wrong = of = 0
    for said, heard in pairs:
        reference = units(said, unit)
        wrong += Levenshtein.distance(reference, units(heard, unit))
        of += len(reference)
    return Counts(wrong, of)


def units(text: str, unit: Unit) -> Sequence[str]:
    """Words without punctuation and case; or letters and digits without spaces."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    if unit == "letters":
        return re.sub(r"[\W_]+", "", plain)
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", plain)
