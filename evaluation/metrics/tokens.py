"""Which recognised words stand behind each word of the normalised text.

The recogniser cuts words into pieces (" so", "-called", " 90", ",000"). The normaliser joins words
("twenty one" to 21), splits them ("it's" to it is) and drops some ("um", brackets). Figures about
a recognised word, its probability or its times, need to know what became of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from evaluation.metrics.alignment import align, regions
from evaluation.metrics.texts import normalise

_CONTINUING: Final = re.compile(r"[-,.'’][^\W_]")


@dataclass(frozen=True, slots=True)
class Tokens:
    """The normalised text of recognised words, and where each part of it comes from."""

    tokens: tuple[str, ...]
    sources: tuple[tuple[int, ...], ...]
    """For each token the positions of the words it was made of, at least one."""

    def of_words(self, words: int) -> list[list[int]]:
        """For each of the words the positions of its tokens; none when it was dropped."""
        found: list[list[int]] = [[] for _ in range(words)]
        for position, source in enumerate(self.sources):
            for word in source:
                found[word].append(position)
        return found


def tokens_of(words: Sequence[str]) -> Tokens:
    """The `english` form of the text of these words, traced back to them.

    Each word is normalised alone, too. Where that gives the same tokens as the whole text, they
    are the word's; where it differs, the words of that stretch share its tokens.
    """
    alone = [normalise(word).split() for word in words]
    single = [token for tokens in alone for token in tokens]
    owner = [word for word, tokens in enumerate(alone) for _ in tokens]
    whole = normalise(written(words)).split()
    if single == whole:
        return Tokens(tuple(whole), tuple((word,) for word in owner))
    sources: list[tuple[int, ...]] = []
    for region in regions(align(single, whole)):
        behind = owner[region.start : region.end]
        if region.same:
            sources += [(word,) for word in behind]
        else:
            shared = tuple(sorted(set(behind))) or _nearest(owner, region.start)
            sources += [shared] * (region.heard_end - region.heard_start)
    return Tokens(tuple(whole), tuple(sources))


def written(words: Sequence[str]) -> str:
    """The text of recognised words."""
    pieces = continuing(words)
    return "".join(
        word.strip() if piece else " " + word.strip()
        for word, piece in zip(words, pieces, strict=True)
    ).strip()


def continuing(words: Sequence[str]) -> list[bool]:
    """For each word: is it the rest of the one before? Such a piece has no blank at its front.

    Where no word has one, because they were stripped, a mark with a letter or digit behind it
    tells.
    """
    spaced = any(word[:1].isspace() for word in words)
    return [
        i > 0 and not word[:1].isspace() and (spaced or _CONTINUING.match(word) is not None)
        for i, word in enumerate(words)
    ]


def _nearest(owner: Sequence[int], at: int) -> tuple[int, ...]:
    """The word before, else the one after: a token that no word alone gives."""
    return (owner[at - 1] if at else owner[0] if owner else 0,)
