"""What noise, codecs and bad lines cost: word errors by condition and model, beside clean audio."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.comparison import Incomparable, Interval, compare
from evaluation.report.scales import heat
from evaluation.runs.format import CLEAN, Run


@dataclass(frozen=True, slots=True)
class Square:
    """One condition of one model."""

    rate: float
    shade: int
    difference: Interval | None
    """To the same model on clean audio; None for clean audio itself, or without such a run."""

    @property
    def shown(self) -> bool:
        """Whether the difference is more than chance."""
        found = self.difference
        if found is None or found.low is None or found.high is None:
            return False
        return found.low > 0 or found.high < 0


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Rows are conditions, clean first; columns are model and mode; None was not run."""

    corpus: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, tuple[Square | None, ...]], ...]


def heat_map(corpus: str, runs: Sequence[tuple[Run, float | None]]) -> HeatMap | None:
    """From the runs of a corpus with their word error rates; None when all are clean."""
    if all(run.condition == CLEAN for run, _ in runs):
        return None
    systems = sorted({(r.model, r.mode) for r, _ in runs if r.condition != CLEAN})
    conditions = sorted({run.condition for run, _ in runs}, key=_order)
    found = {(run.model, run.mode, run.condition): (run, rate) for run, rate in runs}
    rows = []
    for condition in conditions:
        squares = []
        for model, mode in systems:
            run, rate = found.get((model, mode, condition), (None, None))
            clean = found.get((model, mode, CLEAN), (None, None))[0]
            squares.append(None if run is None or rate is None else _square(run, rate, clean))
        rows.append((condition, tuple(squares)))
    return HeatMap(corpus, tuple(systems), tuple(rows))


def _square(run: Run, rate: float, clean: Run | None) -> Square:
    difference = None
    if clean is not None and run.condition != CLEAN:
        try:
            difference = compare(run, clean, by=()).difference
        except Incomparable:
            difference = None
    return Square(rate, heat(rate), difference)


def _order(condition: str) -> tuple[bool, str, float]:
    """Clean first; of one kind the mildest first: noise at 20 dB before noise at 0 dB."""
    found = re.fullmatch(r"(.+?)-(-?\d+(?:\.\d+)?)", condition)
    kind, number = found.groups() if found else (condition, "0")
    return condition != CLEAN, kind, -float(number)
