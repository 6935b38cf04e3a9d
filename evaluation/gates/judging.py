"""Runs held against thresholds. What is missing is never taken for good."""

# Ch 17 · Pipeline Quality: a model that got worse is stopped by figures with intervals, not by a feeling

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from evaluation.comparison import Incomparable, Interval, compare
from evaluation.gates.thresholds import Threshold
from evaluation.report.figures import charged, comparable, figure
from evaluation.runs.format import BadRun, Run
from evaluation.scoring import score
from evaluation.statistics.table import table

RATES: Final = frozenset({"wer", "cer", "letters", "mer", "wil"})
"""Figures shown in percent."""


class Status(StrEnum):
    MET = "met"
    BROKEN = "not met"
    MISSING = "missing"
    """There is no figure to judge; it stops, unless the threshold says that it passes."""
    EXCUSED = "missing, passes"
    NOT_ASKED = "not asked"
    """Relative, and nobody named a baseline."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One threshold on one run."""

    threshold: Threshold
    run: str | None
    status: Status
    measured: str
    limit: str
    note: str = ""


def judge(
    thresholds: Sequence[Threshold],
    runs: Sequence[Run],
    baselines: Sequence[Run],
    *,
    lookup: Callable[[str], Run | None] | None = None,
    all_required: bool,
) -> list[Verdict]:
    """Hold every threshold against every run it is about.

    `baselines`: what relative thresholds without an `against` of their own are compared with;
    those that name one find it among the runs given, or by `lookup`. `all_required`: a threshold
    no run belongs to is missing; else it is left out, and a run no threshold is about is missing.
    """
    asked = sorted({tuple(each.group) for each in thresholds if each.group})
    bench = _Bench([*runs, *baselines], baselines, lookup or _nowhere, asked)
    verdicts = []
    for threshold in thresholds:
        mine = [run for run in runs if threshold.applies(run)]
        verdicts += [bench.verdict(threshold, run) for run in mine]
        if not mine and all_required:
            verdicts.append(_missing(threshold, None, "no such run was given"))
    judged = {verdict.run for verdict in verdicts}
    for run in runs:
        if not all_required and run.name not in judged:
            raise BadRun(
                f"No threshold says what {run.name} must meet. Add one to thresholds.toml, with"
                " the reason."
            )
    return verdicts


def _nowhere(name: str) -> Run | None:
    """No run is known beside those given."""


def exit_code(verdicts: Sequence[Verdict]) -> int:
    """0 all met; 1 some not met; 2 none broken, but something required is missing."""
    found = {verdict.status for verdict in verdicts}
    if Status.BROKEN in found:
        return 1
    return 2 if Status.MISSING in found or Status.MET not in found else 0


class _Bench:
    """Scores each run once."""

    def __init__(
        self,
        known: Sequence[Run],
        baselines: Sequence[Run],
        lookup: Callable[[str], Run | None],
        asked: Sequence[tuple[str, ...]],
    ) -> None:
        self._baselines, self._lookup, self._asked = baselines, lookup, asked
        self._named = {run.name: run for run in known}
        self._scores: dict[str, dict[str, Any]] = {}

    def verdict(self, threshold: Threshold, run: Run) -> Verdict:
        if threshold.relative:
            return self._relative(threshold, run)
        return self._absolute(threshold, run)

    def _absolute(self, threshold: Threshold, run: Run) -> Verdict:
        found, why = self._found(threshold, run)
        value, text = _read(found, threshold)
        limit = _limit(threshold)
        if value is None:
            return _missing(threshold, run, why)
        held = (threshold.max is None or value <= threshold.max) and (
            threshold.min is None or value >= threshold.min
        )
        return Verdict(threshold, run.name, Status.MET if held else Status.BROKEN, text, limit)

    def _found(self, threshold: Threshold, run: Run) -> tuple[Any, str]:
        summary = self._score(run)
        if not threshold.group:
            return figure(summary, threshold.metric), f"the run has no {threshold.metric}"
        for group in summary.get("groups", ()):
            if tuple(group["by"]) != tuple(threshold.group):
                continue
            wanted = [threshold.group[field] for field in group["by"]]
            for cell in group["cells"]:
                if list(cell["values"]) == wanted:
                    who = "unknown" if cell["speakers"] is None else cell["speakers"]
                    why = f"too little data: {who} speakers, {cell['words']} words"
                    return (cell["wer"] if cell["enough"] else None), why
        return None, "nobody of this group is in the run"

    def _score(self, run: Run) -> dict[str, Any]:
        if run.name not in self._scores:
            self._scores[run.name] = self._read(run)
        return self._scores[run.name]

    def _read(self, run: Run) -> dict[str, Any]:
        """With the groups that the thresholds ask for, where this corpus knows of them."""
        whole = charged(comparable(run))
        known = table(whole)
        fields = {*known.fields, *known.measures}
        by = [list(each) for each in self._asked if set(each) <= fields]
        # Recordings that failed stay failed here; only their words are charged
        return {**score(whole, by=by), "failed": len(run.failed), "failed_share": _share(run)}

    def _relative(self, threshold: Threshold, run: Run) -> Verdict:
        baseline = self._baseline(threshold, run)
        if baseline is None:
            if threshold.against is None and not self._baselines:
                return Verdict(
                    threshold, run.name, Status.NOT_ASKED, "–", _limit(threshold), "no baseline"
                )
            return _missing(threshold, run, "no baseline of this corpus, mode and condition")
        by = [tuple(threshold.group)] if threshold.group else []
        try:
            found = compare(run, baseline, by=by)
        except Incomparable as error:
            return _missing(threshold, run, str(error))
        difference: Interval | None = found.difference
        if threshold.group:
            values = tuple(threshold.group.values())
            cell = next((c for c in found.by_group if c.values == values), None)
            difference = cell.difference if cell else None
        if difference is None or difference.low is None or difference.high is None:
            return _missing(threshold, run, f"too little data to compare with {baseline.name}")
        assert threshold.worse_by is not None
        end = difference.low if threshold.demand == "no proven harm" else difference.high
        return Verdict(
            threshold,
            run.name,
            Status.BROKEN if end > threshold.worse_by else Status.MET,
            f"{100 * difference.value:+.1f} points"
            f" ({100 * difference.low:+.1f} to {100 * difference.high:+.1f})",
            _limit(threshold),
            f"against {baseline.name}",
        )

    def _baseline(self, threshold: Threshold, run: Run) -> Run | None:
        if threshold.against is not None:
            name = threshold.against.format(corpus=run.corpus, model=run.model)
            return self._named.get(name) or self._lookup(name)
        same = (run.corpus, run.mode, run.condition)
        for each in self._baselines:
            if (each.corpus, each.mode, each.condition) == same:
                return each
        return None


def _share(run: Run) -> float:
    return len(run.failed) / len(run.recordings) if run.recordings else 1.0


def _missing(threshold: Threshold, run: Run | None, why: str) -> Verdict:
    status = Status.EXCUSED if threshold.missing == "passes" else Status.MISSING
    return Verdict(threshold, run.name if run else None, status, "–", _limit(threshold), why)


def _read(found: Any, threshold: Threshold) -> tuple[float | None, str]:
    """The number a bound is held against, and how it is shown."""
    show = _percent if _is_rate(threshold.metric) else _plain
    if isinstance(found, dict):
        value = found.get(threshold.on)
        middle, low, high = found.get("value"), found.get("low"), found.get("high")
        text = show(middle) if middle is not None else "–"
        if low is not None and high is not None:
            text += f" ({show(low)} to {show(high)})"
        elif high is not None:
            text += f" (at most {show(high)})"
        return value, text
    if isinstance(found, int | float) and threshold.on == "value":
        return float(found), show(float(found))
    return None, "–"


def _limit(threshold: Threshold) -> str:
    if threshold.worse_by is not None:
        verb = "not proven" if threshold.demand == "no proven harm" else "proven not"
        return f"{verb} worse by over {100 * threshold.worse_by:g} points"
    show = _percent if _is_rate(threshold.metric) else _plain
    end = "" if threshold.on == "value" else f" ({threshold.on} end)"
    bounds = [f"≤ {show(threshold.max)}"] if threshold.max is not None else []
    bounds += [f"≥ {show(threshold.min)}"] if threshold.min is not None else []
    return " and ".join(bounds) + end


def _is_rate(metric: str) -> bool:
    first = metric.split(".")[0]
    return first in RATES or metric.endswith(("share", "share_with_words"))


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def _plain(value: float) -> str:
    return f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
