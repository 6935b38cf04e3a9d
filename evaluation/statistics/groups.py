"""For whom it works: rates of groups, the gap between them, and whether it could be chance."""

# Ch 26 · Fairness: error rates by group with intervals, chance gaps and "not enough data" instead of a number

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp
from typing import Final, Literal

import numpy as np

from evaluation.statistics import pairs
from evaluation.statistics.bootstrap import Interval, interval
from evaluation.statistics.draws import DRAWS, Codes, Floats, by_block, codes
from evaluation.statistics.multiplicity import adjusted
from evaluation.statistics.shuffles import Chance, chance
from evaluation.statistics.table import UNKNOWN, Field, Table

FEWEST_SPEAKERS: Final = 5
FEWEST_WORDS: Final = 500


@dataclass(frozen=True, slots=True)
class Cell:
    """One group of speakers or utterances."""

    values: tuple[str, ...]
    """One for each field."""
    utterances: int
    speakers: int | None
    """None where speakers are not known."""
    words: int
    enough: bool
    """At least five speakers and 500 words; else there is no rate."""
    wer: Interval | None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Utterances of which a field is not known. They are in no group and in no gap."""

    utterances: int
    words: int


@dataclass(frozen=True, slots=True)
class Groups:
    """A field, or several crossed. Figures between groups are of the cells that are `enough`."""

    by: tuple[str, ...]
    cells: tuple[Cell, ...]
    unknown: Unknown
    gap: Interval | None
    """Largest less smallest rate. It is above zero by chance alone: see `chance`. The bounds allow
    for having picked the extremes of several groups; a lower bound of 0 means none is shown."""
    ratio: Interval | None
    """Largest by smallest rate, in the same manner; 1 means none is shown. None beside a group
    without errors."""
    worst: tuple[str, ...] | None
    best: tuple[str, ...] | None
    chance: Chance | None
    """The p-value of the gap, and the gap that shuffled labels give."""
    p_adjusted: float | None
    """Of `look`: adjusted for all the fields looked at."""
    looked_at: int
    """Tests the adjustment counts; 1 when the field was looked at alone."""
    adjustment: Literal["none", "holm", "bh"]
    reason: str | None
    """Why there is no gap, in a sentence."""


def slices(
    table: Table, by: Sequence[str], *, draws: int = DRAWS, shuffles: int = DRAWS, seed: int = 1
) -> Groups:
    """Cut utterances by fields (crossed when there are several; numbers are cut into ranges).

    Raises `UnknownField` when nothing is known of a field.
    """
    cut = table.crossing(by)
    cells = [_cell(table, cut, code, draws, seed) for code in range(len(cut.groups))]
    there = [code for code, cell in enumerate(cells) if cell.utterances]
    enough = [code for code in there if cells[code].enough]
    missing = cut.codes == UNKNOWN
    found = Groups(
        by=tuple(by),
        cells=tuple(cells[code] for code in there),
        unknown=Unknown(int(missing.sum()), int(table.words[missing].sum())),
        gap=None,
        ratio=None,
        worst=None,
        best=None,
        chance=None,
        p_adjusted=None,
        looked_at=1,
        adjustment="none",
        reason=None,
    )
    if len(enough) < 2:
        return replace(found, reason=_reason(table, len(there), len(enough)))
    return _between(found, table, cut, enough, draws, shuffles, seed)


def look(
    table: Table,
    fields: Sequence[Sequence[str]],
    *,
    method: Literal["holm", "bh"] = "holm",
    draws: int = DRAWS,
    shuffles: int = DRAWS,
    seed: int = 1,
) -> list[Groups]:
    """Several cuts of the same utterances, with p-values adjusted for their number."""
    found = [slices(table, by, draws=draws, shuffles=shuffles, seed=seed) for by in fields]
    p = [each.chance.p if each.chance else None for each in found]
    tests = sum(each is not None for each in p)
    return [
        replace(each, p_adjusted=value, looked_at=tests, adjustment=method)
        for each, value in zip(found, adjusted(p, method), strict=True)
    ]


def _cell(table: Table, cut: Field, code: int, draws: int, seed: int) -> Cell:
    here = cut.codes == code
    blocks = table.blocks[here]
    known = table.blocks_are == "speakers"
    speakers = len(np.unique(blocks)) if known else None
    words = int(table.words[here].sum())
    enough = known and len(np.unique(blocks)) >= FEWEST_SPEAKERS and words >= FEWEST_WORDS
    return Cell(
        values=cut.groups[code],
        utterances=int(here.sum()),
        speakers=speakers,
        words=words,
        enough=enough,
        wer=interval(table.errors[here], table.words[here], blocks, draws=draws, seed=seed)
        if enough
        else None,
    )


def _between(
    found: Groups, table: Table, cut: Field, enough: list[int], draws: int, shuffles: int, seed: int
) -> Groups:
    """With gap, ratio and chance of the cells that are enough."""
    here = np.isin(cut.codes, enough)
    errors, words = table.errors[here], table.words[here]
    blocks, speakers = codes(table.blocks[here])
    group = np.searchsorted(enough, cut.codes[here])
    together = pairs.resample(
        crosstab(errors, speakers, group, blocks, len(enough)),
        crosstab(words, speakers, group, blocks, len(enough)),
        draws=draws,
        seed=seed,
    )
    gap, ratio = pairs.largest(together), pairs.largest(together, log=True)
    worst, best = int(together.rates.argmax()), int(together.rates.argmin())
    return replace(
        found,
        gap=Interval(gap.value, gap.low, gap.high, blocks) if gap else None,
        ratio=Interval(exp(ratio.value), exp(ratio.low), exp(ratio.high), blocks)
        if ratio
        else None,
        worst=cut.groups[enough[worst]],
        best=cut.groups[enough[best]],
        chance=chance(errors, words, speakers, group, shuffles=shuffles, seed=seed),
    )


def crosstab(values: Floats, blocks: Codes, groups: Codes, rows: int, columns: int) -> Floats:
    """Sums of `values` [utterances] as [rows of blocks, columns of groups]."""
    return by_block(values, blocks * columns + groups, rows * columns).reshape(rows, columns)


def _reason(table: Table, there: int, enough: int) -> str:
    needs = f"{FEWEST_SPEAKERS} speakers and {FEWEST_WORDS} words"
    if table.blocks_are != "speakers":
        return "Fewer than five speakers are known, so nothing can be said about groups of them."
    if there < 2:
        return "All utterances of which it is known are in one group; there is nothing to compare."
    if enough == 0:
        return f"Not enough data: no group has {needs}."
    return f"Not enough data: only one group has {needs}, so there is nothing to compare it with."
