"""What a version gains in its field and what ordinary speech pays for it, from its record."""

# Ch 15 · Model Quality: one figure of the field, before and after, never without what the rest pays

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, Field

from data.domains.record import Metric, Verdict, VersionRecord

GUARD: Final = "guard_wer"
"""The limit on errors in ordinary speech."""
PARENT, ADAPTER, ALL = "parent", "adapter", "all"


class Rate(BaseModel):
    """A fraction with its 95 % interval; null where there is not enough data for it."""

    value: float | None
    low: float | None
    high: float | None


class VerdictOut(BaseModel):
    name: str
    status: str = Field(examples=["met", "not met", "missing"])
    measured: str
    limit: str
    note: str


class Headline(BaseModel):
    """The figure that decides in this field, and the cost on general speech."""

    corpus: str
    metric: str
    parent: Rate
    adapter: Rate | None
    all: Rate | None = Field(description="With the glossary as well.")
    general: VerdictOut | None = Field(description="Null: nobody looked.")


def headline(record: VersionRecord) -> Headline | None:
    """The first figure of the judgement: its list begins with the one that decides."""
    first = next((m for m in record.metrics if m.system == PARENT and m.group is None), None)
    if first is None:
        return None
    return Headline(
        corpus=first.corpus,
        metric=first.metric,
        parent=_rate(first),
        adapter=_of(record, ADAPTER, first),
        all=_of(record, ALL, first),
        general=next((v for v in verdicts(record) if v.name == GUARD), None),
    )


def verdicts(record: VersionRecord) -> list[VerdictOut]:
    """Of the gate; none when it was never judged."""
    return [_verdict(each) for each in record.gate.verdicts] if record.gate else []


def _of(record: VersionRecord, system: str, like: Metric) -> Rate | None:
    for metric in record.metrics:
        same = (metric.corpus, metric.metric) == (like.corpus, like.metric)
        if same and metric.system == system and metric.group is None:
            return _rate(metric)
    return None


def _rate(metric: Metric) -> Rate:
    return Rate(value=metric.value, low=metric.low, high=metric.high)


def _verdict(each: Verdict) -> VerdictOut:
    measured, limit = (
        "–" if value is None else str(value) for value in (each.measured, each.limit)
    )
    return VerdictOut(
        name=each.name, status=each.status, measured=measured, limit=limit, note=each.note
    )
