"""Counts of one utterance against its reference: the atoms that every figure is made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Errors:
    """Counts of one utterance against its reference, in words or in characters."""

    words: int
    """Of the reference."""
    substitutions: int
    deletions: int
    insertions: int

    @property
    def total(self) -> int:
        return self.substitutions + self.deletions + self.insertions

    @property
    def hits(self) -> int:
        """Words of the reference that were heard."""
        return self.words - self.substitutions - self.deletions

    @property
    def heard(self) -> int:
        """Words of the hypothesis."""
        return self.hits + self.substitutions + self.insertions


def pool(errors: Iterable[Errors]) -> Errors:
    """The counts of many utterances as if they were one."""
    words = substitutions = deletions = insertions = 0
    for each in errors:
        words += each.words
        substitutions += each.substitutions
        deletions += each.deletions
        insertions += each.insertions
    return Errors(words, substitutions, deletions, insertions)


def rate(errors: Iterable[Errors]) -> float:
    """Word error rate: all errors by all words of the references. NaN without words."""
    pooled = pool(errors)
    return pooled.total / pooled.words if pooled.words else float("nan")
