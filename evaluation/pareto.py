"""The cheapest configuration that is good, fast and small enough, and what the others lack.

A run is on the front when no other run of the corpus is at least as good in word errors, cost and
memory and better in one of them. Cost is processor time: seconds of all cores for an hour of audio.
"""

# Ch 9 · Quality Attributes of ML Components: word errors, speed and memory are weighed against each other

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evaluation.runs.format import Run


@dataclass(frozen=True, slots=True)
class Point:
    """What a configuration costs and gives; None where the run did not measure it."""

    name: str
    wer: float | None
    wer_low: float | None
    wer_high: float | None
    rtfx: float | None
    """Audio seconds a second."""
    cpu_s_per_hour: float | None
    memory_mb: float | None
    cost_is: str
    """What the cost was taken from."""

    @property
    def costs(self) -> tuple[float, float, float] | None:
        if self.wer is None or self.cpu_s_per_hour is None or self.memory_mb is None:
            return None
        return self.wer, self.cpu_s_per_hour, self.memory_mb


@dataclass(frozen=True, slots=True)
class Limits:
    """What is asked; None where nothing is."""

    max_wer: float | None = None
    min_rtfx: float | None = None
    max_memory_mb: float | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """All points by cost, those on the front, the chosen one, and why each other is out."""

    points: tuple[Point, ...]
    front: tuple[str, ...]
    chosen: Point | None
    rejected: dict[str, tuple[str, ...]]


def point(run: Run, summary: dict[str, Any]) -> Point:
    """Where a run stands. Without measured processor time its wall time is what is known."""
    wer = (summary.get("wer") or {}).get("english") or {}
    speed = summary.get("speed") or {}
    audio_s = run.speed.get("audio_s") or speed.get("audio_s")
    cpu_s, wall_s = run.speed.get("cpu_s"), run.speed.get("wall_s")
    spent, cost_is = (cpu_s, "processor time") if cpu_s is not None else (wall_s, "wall time")
    rtfx = speed.get("rtfx")
    cost = 3600 * spent / audio_s if audio_s and spent is not None else None
    return Point(
        run.name,
        wer.get("value"),
        wer.get("low"),
        wer.get("high"),
        rtfx,
        cost,
        speed.get("peak_rss_mb") or run.speed.get("peak_rss_mb"),
        "not measured" if cost is None else cost_is,
    )


def front(points: Sequence[Point]) -> list[str]:
    """Names of the points that no other dominates in word errors, cost and memory."""
    known = [(each, each.costs) for each in points if each.costs is not None]
    return [
        each.name
        for each, costs in known
        if not any(_dominates(other, costs) for _, other in known)
    ]


def _dominates(
    one: tuple[float, float, float] | None, other: tuple[float, float, float] | None
) -> bool:
    assert one is not None
    assert other is not None
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))


def choose(points: Sequence[Point], limits: Limits) -> Choice:
    """The cheapest point within the limits: by processor time, then by memory."""
    rejected = {each.name: tuple(_lacks(each, limits)) for each in points}
    fitting = [each for each in points if not rejected[each.name]]
    ordered = sorted(points, key=_cost)
    return Choice(
        tuple(ordered),
        tuple(front(points)),
        min(fitting, key=_cost, default=None),
        {name: why for name, why in rejected.items() if why},
    )


def _cost(each: Point) -> tuple[float, float, str]:
    unknown = float("inf")
    cost = unknown if each.cpu_s_per_hour is None else each.cpu_s_per_hour
    return cost, unknown if each.memory_mb is None else each.memory_mb, each.name


def _lacks(each: Point, limits: Limits) -> list[str]:
    """What fails; a figure that was not measured cannot be shown to be within a limit."""
    why = []
    if limits.max_wer is not None:
        if each.wer is None:
            why.append("its word errors are not known")
        elif each.wer > limits.max_wer:
            why.append(f"{100 * each.wer:.1f} % of words wrong, over {100 * limits.max_wer:g} %")
    if limits.min_rtfx is not None:
        if each.rtfx is None:
            why.append("its speed is not known")
        elif each.rtfx < limits.min_rtfx:
            why.append(f"{each.rtfx:.1f} times real time, under {limits.min_rtfx:g}")
    if limits.max_memory_mb is not None:
        if each.memory_mb is None:
            why.append("its memory is not known")
        elif each.memory_mb > limits.max_memory_mb:
            why.append(f"{each.memory_mb:,.0f} MB, over {limits.max_memory_mb:,.0f} MB")
    if each.cpu_s_per_hour is None:
        why.append(f"its cost is not known ({each.cost_is})")
    return why
