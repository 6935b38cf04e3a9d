"""Which written words of the reference became which words heard, for people to look at.

Scores compare normalised words ("39"), people read what was written ("three nine"). The alignment
is that of the score; every normalised word is traced back to the written words it came from, and
written words that share one are shown together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final, Literal

from evaluation.metrics.alignment import align
from evaluation.metrics.tokens import tokens_of

Kind = Literal["equal", "substituted", "deleted", "inserted", "unscored"]
_KINDS: Final[dict[str, Kind]] = {
    "equal": "equal",
    "substitute": "substituted",
    "delete": "deleted",
    "insert": "inserted",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A word as it is written."""

    text: str
    probability: float | None = None
    """What the recogniser thought of it; None in references and where it said nothing."""


@dataclass(frozen=True, slots=True)
class Column:
    """Words of the reference above the words heard in their place; one side may be empty."""

    kind: Kind
    """`unscored`: the normaliser drops it on its side, for example "um"."""
    reference: tuple[Piece, ...]
    heard: tuple[Piece, ...]


def columns(
    reference: str, hypothesis: str, probabilities: Sequence[float] | None = None
) -> list[Column]:
    """Align two texts as they are scored (English form).

    `probabilities` belong to the words of `hypothesis`; they are left out when their number is
    not that of the words.
    """
    wanted, heard = reference.split(), hypothesis.split()
    if probabilities is None or len(probabilities) != len(heard):
        said: list[float | None] = [None] * len(heard)
    else:
        said = list(probabilities)
    groups = _Groups(len(wanted), len(heard))
    for kind, first, second in _pairs(wanted, heard):
        groups.join(kind, first, second)
    return groups.columns(
        [Piece(word) for word in wanted],
        [Piece(word, said[place]) for place, word in enumerate(heard)],
    )


def _pairs(
    wanted: list[str], heard: list[str]
) -> list[tuple[Kind, tuple[int, ...], tuple[int, ...]]]:
    """Each step of the alignment, with the written words on both sides."""
    first, second = tokens_of(wanted), tokens_of(heard)
    steps: list[tuple[Kind, tuple[int, ...], tuple[int, ...]]] = []
    for chunk in align(first.tokens, second.tokens):
        ours = first.sources[chunk.start : chunk.end]
        theirs = second.sources[chunk.heard_start : chunk.heard_end]
        kind = _KINDS[chunk.kind]
        steps += [(kind, a, b) for a, b in zip_longest(ours, theirs, fillvalue=())]
    return steps


class _Groups:
    """Written words that hang together through the alignment."""

    def __init__(self, wanted: int, heard: int) -> None:
        self.wanted, self.total = wanted, wanted + heard
        self.parent = list(range(self.total))
        self.kinds: list[set[Kind]] = [set() for _ in range(self.total)]

    def root(self, item: int) -> int:
        while self.parent[item] != item:
            item = self.parent[item]
        return item

    def join(self, kind: Kind, reference: tuple[int, ...], heard: tuple[int, ...]) -> None:
        items = [*reference, *(self.wanted + place for place in heard)]
        if not items:
            return
        roots = [self.root(item) for item in items]
        keep = min(roots)
        for root in roots:
            self.parent[root] = keep
            if root != keep:
                self.kinds[keep] |= self.kinds[root]
        self.kinds[keep].add(kind)

    def columns(self, reference: list[Piece], heard: list[Piece]) -> list[Column]:
        """In the order of both texts; a word said nowhere else stands where it was said."""
        members: dict[int, list[int]] = {}
        for item in range(self.total):
            members.setdefault(self.root(item), []).append(item)
        made: list[Column] = []
        left, right = 0, self.wanted
        while left < self.wanted or right < self.total:
            root = self._next(left, right, members)
            items = members.pop(root)
            ours = [item for item in items if item < self.wanted]
            theirs = [item for item in items if item >= self.wanted]
            made.append(
                Column(
                    self._kind(root, bool(ours), bool(theirs)),
                    tuple(reference[item] for item in ours),
                    tuple(heard[item - self.wanted] for item in theirs),
                )
            )
            while left < self.wanted and self.root(left) not in members:
                left += 1
            while right < self.total and self.root(right) not in members:
                right += 1
        return made

    def _next(self, left: int, right: int, members: dict[int, list[int]]) -> int:
        """The next group that waits for nothing on the other side."""
        if left >= self.wanted:
            return self.root(right)
        if right >= self.total:
            return self.root(left)
        ours, theirs = self.root(left), self.root(right)
        if ours == theirs or all(item < self.wanted for item in members[ours]):
            return ours
        return theirs

    def _kind(self, root: int, ours: bool, theirs: bool) -> Kind:
        kinds = self.kinds[root]
        if not kinds:
            return "unscored"
        if kinds == {"equal"}:
            return "equal"
        if ours and theirs:
            return "substituted"
        return "deleted" if ours else "inserted"
