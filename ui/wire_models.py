"""Versions of domains' models, and where a transcript comes from, as the front ends read them.

Unknown fields are ignored; rates are fractions, null where there is not enough data for a number.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from ui.wire import Features, Interval, Summary, Wire

State = Literal["candidate", "refused", "champion", "retired", "withdrawn"]


class Verdict(Wire):
    """Of the gate on one limit."""

    name: str
    status: str
    measured: str | float | None = None
    limit: str | float | None = None
    note: str = ""


class Headline(Wire):
    """The figure that decides in a field, and what ordinary speech pays."""

    corpus: str
    metric: str
    parent: Interval
    adapter: Interval | None = None
    all: Interval | None = None
    general: Verdict | None = None


class VersionRef(Wire):
    domain: str
    number: int
    state: State
    serves: bool
    deleted_data: bool


class VersionLine(VersionRef):
    """A version without its record."""

    name: str
    gate_passed: bool
    parent: str
    parent_sha256: str
    adapter_sha256: str
    created_at: datetime
    transcripts: int
    headline: Headline | None = None


class Serving(Wire):
    """What serves a domain, and what could."""

    domain: str
    title: str
    parent: str
    champion: VersionLine | None
    since: datetime | None
    challenger: VersionLine | None
    newest: VersionLine | None
    versions: int


class Serves(Wire):
    items: list[Serving]


class Event(Wire):
    kind: str
    version: int | None
    by: str
    reason: str
    at: datetime


class Versions(Wire):
    items: list[VersionLine]
    champion: int | None
    since: datetime | None
    challenger: int | None
    events: list[Event]


class Adapter(Wire):
    bytes: int = 0
    rank: int = 0
    strength: float = 1.0


class Code(Wire):
    commit: str = ""
    version: str = ""


class Point(Wire):
    step: int
    epoch: float
    train_loss: float | None = None
    dev_loss: float | None = None


class Strength(Wire):
    strength: float
    target: float
    guard: float
    chosen: bool = False


class Metric(Wire):
    system: str
    corpus: str
    metric: str
    group: dict[str, str] | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    words: int | None = None
    speakers: int | None = None


class Gate(Wire):
    passed: bool
    verdicts: list[Verdict] = Field(default_factory=list)
    not_asked: dict[str, str] = Field(default_factory=dict)


class Record(Wire):
    """All that is known of how a version was made."""

    adapter: Adapter = Adapter()
    data: dict[str, str] = Field(default_factory=dict)
    trained_on: list[str] = Field(default_factory=list)
    code: Code = Code()
    seed: int = 0
    packages: dict[str, str] = Field(default_factory=dict)
    machine: str = ""
    made_at: datetime
    licence: str = ""
    recipe: dict[str, Any] = Field(default_factory=dict)
    curves: list[Point] = Field(default_factory=list)
    pareto: list[Strength] = Field(default_factory=list)
    seconds: dict[str, float] = Field(default_factory=dict)
    metrics: list[Metric] = Field(default_factory=list)
    gate: Gate | None = None


class Version(VersionLine):
    record: Record


class Made(Summary):
    """A transcript of a version; `again` is the job that makes it once more."""

    again: str | None = None


class MadeList(Wire):
    items: list[Made]


class RolledBack(Wire):
    withdrawn: VersionLine
    serves: VersionLine | None
    transcripts: list[Summary]


class Again(Wire):
    items: list[Summary]
    left: int = 0


class Trained(Wire):
    """The versions that learned from a recording."""

    items: list[VersionRef]
    marked_with_it: bool = False


class AudioSums(Wire):
    upload_sha256: str
    stored_sha256: str
    samples_sha256: str | None = None


class AdapterUsed(Wire):
    domain: str
    version: int
    adapter_sha256: str
    parent: str
    parent_sha256: str
    state: State
    serves: bool
    trained_on_deleted_data: bool


class GlossaryUsed(Wire):
    domain: str
    version: int
    sha256: str


class ProvenanceWindow(Wire):
    made_by: dict[str, Any]


class Provenance(Wire):
    id: str
    audio: AudioSums | None
    model: str
    model_version: str | None
    adapter: AdapterUsed | None
    glossary: GlossaryUsed | None
    options: dict[str, Any]
    code_version: str | None
    rungs: dict[str, int]
    conditions: dict[str, list[Any]] = Field(default_factory=dict)
    instead_of: str | None = None
    replaced_by: str | None = None
    features: Features | None = None
    windows: list[ProvenanceWindow] = Field(default_factory=list)
