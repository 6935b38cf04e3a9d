"""Two sequences of words laid beside each other with the fewest errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, cast

import jiwer

Kind = Literal["equal", "substitute", "delete", "insert"]


class Chunk(NamedTuple):
    """A run of words of one kind: `reference[start:end]` beside `heard[heard_start:heard_end]`."""

    kind: Kind
    start: int
    end: int
    heard_start: int
    heard_end: int


class Region(NamedTuple):
    """A run in which all words agree, or none does: neighbouring errors are one region."""

    same: bool
    start: int
    end: int
    heard_start: int
    heard_end: int


def align(reference: Sequence[str], heard: Sequence[str]) -> list[Chunk]:
    """The chunks in order; together they cover both sequences. No word may hold white space."""
    if not reference:
        return [Chunk("insert", 0, 0, 0, len(heard))] if heard else []
    found = jiwer.process_words([" ".join(reference)], [" ".join(heard)])
    return [
        Chunk(cast(Kind, c.type), c.ref_start_idx, c.ref_end_idx, c.hyp_start_idx, c.hyp_end_idx)
        for c in found.alignments[0]
    ]


def regions(chunks: Sequence[Chunk]) -> list[Region]:
    """The chunks with neighbouring errors put together."""
    found: list[Region] = []
    for chunk in chunks:
        same = chunk.kind == "equal"
        if found and not same and not found[-1].same:
            before = found.pop()
            found.append(
                Region(False, before.start, chunk.end, before.heard_start, chunk.heard_end)
            )
        else:
            found.append(Region(same, *chunk[1:]))
    return found


def agreeing(reference: Sequence[str], heard: Sequence[str]) -> list[tuple[int, int]]:
    """Positions (in the reference, in what was heard) of the words that agree, in order."""
    return [
        (chunk.start + step, chunk.heard_start + step)
        for chunk in align(reference, heard)
        if chunk.kind == "equal"
        for step in range(chunk.end - chunk.start)
    ]
