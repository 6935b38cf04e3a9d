"""`version.json`: all that is to be known of an adapter, to trace it and to make it again."""

# Ch 11 · Automating the Pipeline: an adapter carries the sums of all it was made from

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
System = Literal["parent", "glossary", "repair", "adapter", "all"]


class _Part(BaseModel):
    # A record is read for years; a field that a later version adds must not make it unreadable
    model_config = ConfigDict(frozen=True, extra="allow")


class Parent(_Part):
    name: str
    sha256: Sha256
    """Of its model.bin."""


class Adapter(_Part):
    sha256: Sha256
    """Of the file; its identity."""
    bytes: int
    rank: int
    alpha: float
    strength: float
    tensors: int


class Code(_Part):
    commit: str
    """Empty where there is no git; with `+changes` when the checkout had uncommitted ones."""
    version: str


class Point(_Part):
    """Of the loss curves. `dev_loss` is measured at the end of an epoch only."""

    step: int
    epoch: float
    train_loss: float | None
    dev_loss: float | None = None


class Strength(_Part):
    """A strength λ that was tried: error rates, lower is better."""

    strength: float
    target: float
    guard: float
    chosen: bool = False


class Metric(_Part):
    """One figure of one system on one corpus, for everybody or for one group."""

    system: str
    corpus: str
    metric: str
    group: dict[str, str] | None = None
    value: float | None
    low: float | None = None
    high: float | None = None
    words: int | None = None
    speakers: int | None = None


class Verdict(_Part):
    name: str
    status: str
    measured: float | str | None = None
    limit: float | str | None = None
    note: str = ""


class Gate(_Part):
    passed: bool
    verdicts: list[Verdict] = Field(default_factory=list)


class VersionRecord(_Part):
    domain: str
    parent: Parent
    adapter: Adapter
    data: dict[str, Sha256] = Field(default_factory=dict)
    """Sentences, glossary, manifests of the speech: name -> sum."""
    trained_on: list[Sha256] = Field(default_factory=list)
    """Audio of customers' recordings among it: deleting one of them marks this version."""
    code: Code
    seed: int
    packages: dict[str, str] = Field(default_factory=dict)
    machine: str = ""
    """Its class (processor, cores), not its name."""
    made_at: datetime
    licence: str = ""
    recipe: dict[str, Any] = Field(default_factory=dict)
    curves: list[Point] = Field(default_factory=list)
    pareto: list[Strength] = Field(default_factory=list)
    seconds: dict[str, float] = Field(default_factory=dict)
    metrics: list[Metric] = Field(default_factory=list)
    gate: Gate | None = None
    """None: never judged, which is not passed."""

    @property
    def passed(self) -> bool:
        return self.gate is not None and self.gate.passed

    @classmethod
    def read(cls, path: Path) -> VersionRecord:
        """Raises OSError, or `pydantic.ValidationError` when it is no record."""
        return cls.model_validate_json(path.read_bytes())

    def text(self) -> str:
        return self.model_dump_json(indent=1) + "\n"
