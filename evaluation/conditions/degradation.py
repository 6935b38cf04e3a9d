"""How much worse a condition makes it: the same utterances, clean and under the condition.

The difference of word error rates (WERD of Speech Robust Bench, arXiv 2403.07937) is taken
utterance by utterance: whether a clip is a hard one cancels out, so few clips tell much.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from evaluation.statistics.paired import Difference, compare
from evaluation.wer import Errors, rate


@dataclass(frozen=True, slots=True)
class Degradation:
    """Word error rates as fractions, of those utterances that both runs have."""

    clean: float
    changed: float
    difference: Difference
    """Changed minus clean; above zero the condition harms."""
    relative: float | None
    """The difference by the clean rate; none when clean had no errors."""
    utterances: int
    unpaired: int
    """Utterances that only one of both has. They are in none of the figures."""


def degradation(
    clean: Mapping[str, Errors], changed: Mapping[str, Errors], blocks: Mapping[str, str]
) -> Degradation:
    """Compare counts by id of the utterance; `blocks` says what is independent: its speaker.

    Raises `ValueError` when they share no utterance, or its reference differs.
    """
    shared = [name for name in clean if name in changed]
    if not shared:
        raise ValueError("the two runs have no utterance in common")
    before, after = [clean[name] for name in shared], [changed[name] for name in shared]
    difference = compare(after, before, [blocks[name] for name in shared])
    base = rate(before)
    return Degradation(
        clean=base,
        changed=rate(after),
        difference=difference,
        relative=difference.value / base if base else None,
        utterances=len(shared),
        unpaired=len(clean.keys() ^ changed.keys()),
    )
