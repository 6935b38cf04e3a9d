"""How large a gap would be by chance: the same speakers under shuffled labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from evaluation.statistics.draws import Codes, Floats, by_block

_MOVES: Final = 20_000_000
"""Labels moved in all; larger tables get fewer shuffles, never below `_FEWEST`."""
_FEWEST: Final = 1_000
_CELLS: Final = 1 << 17


@dataclass(frozen=True, slots=True)
class Chance:
    """What shuffled labels give."""

    p: float
    """Share of the shuffles with a gap at least as large, the true labels counted as one."""
    gap: float
    """Mean gap of the shuffles: what the gap is above zero by without any difference."""
    shuffled: Literal["speakers", "utterances of a speaker"]
    shuffles: int


def chance(
    errors: Floats, words: Floats, speakers: Codes, groups: Codes, *, shuffles: int, seed: int
) -> Chance:
    """Shuffle who belongs to which group [utterances] and see the gap (largest less smallest rate).

    Labels move between speakers where a speaker has one, and among the utterances of a speaker
    where they have several (then only what varies within speakers is tested).
    """
    count, kinds = int(speakers.max()) + 1, int(groups.max()) + 1
    label = np.full(count, -1)
    label[speakers] = groups
    between = bool((label[speakers] == groups).all())
    inside: Codes | None
    if between:
        e, w = by_block(errors, speakers, count), by_block(words, speakers, count)
        inside = None
    else:
        order = np.argsort(speakers, kind="stable")
        e, w, label, inside = errors[order], words[order], groups[order], speakers[order]
    seen = _gap(e[None, :], w[None, :], label, kinds)[0]
    times = max(_FEWEST, min(shuffles, _MOVES // len(e)))
    rng = np.random.default_rng(seed)
    step = max(1, _CELLS // len(e))
    gaps = np.concatenate(
        [
            _shuffled(e, w, label, inside, kinds, min(step, times - start), rng)
            for start in range(0, times, step)
        ]
    )
    # Sums in another order differ in their last digits: a tie is a tie
    larger = int((gaps >= seen - 1e-12).sum())
    return Chance(
        p=(larger + 1) / (times + 1),
        gap=float(gaps.mean()),
        shuffled="speakers" if between else "utterances of a speaker",
        shuffles=times,
    )


def _shuffled(
    e: Floats,
    w: Floats,
    label: Codes,
    inside: Codes | None,
    kinds: int,
    times: int,
    rng: np.random.Generator,
) -> Floats:
    """Gaps [times] after moving entries, only among those with the same number in `inside`."""
    if inside is None:
        order = rng.permuted(np.tile(np.arange(len(e)), (times, 1)), axis=1)
    else:
        order = np.argsort(rng.random((times, len(e))) + inside, axis=1)
    return _gap(e[order], w[order], label, kinds)


def _gap(e: Floats, w: Floats, label: Codes, kinds: int) -> Floats:
    """Largest less smallest rate of the groups, for each row of [times, entries]."""
    member = (label[:, None] == np.arange(kinds)).astype(np.float64)
    rates = (e @ member) / (w @ member)
    gaps: Floats = rates.max(axis=1) - rates.min(axis=1)
    return gaps
