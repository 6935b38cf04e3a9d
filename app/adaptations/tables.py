"""The training of a domain's adapter: a row that one process holds, as long as it takes.

As with transcriptions, the database is the truth. The process that works on it leases it with a
fencing token (`fence`) and shows that it lives by counting `beats`; what it made is kept in
stages on its disk, so whoever takes the row back goes on where it stopped.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from app.tables import LOCAL_ACCOUNT, Row, json_column, time_column, word_column


class AdaptationState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    """Held by a process that lets transcriptions go first."""
    SUCCEEDED = "succeeded"
    """Made, and it passed the gate."""
    REFUSED = "refused"
    """Made, and it did not pass: it is registered, and never serves."""
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        return self not in (
            AdaptationState.QUEUED,
            AdaptationState.RUNNING,
            AdaptationState.PAUSED,
        )

    @property
    def held(self) -> bool:
        """Whether a process has leased it."""
        return self in (AdaptationState.RUNNING, AdaptationState.PAUSED)


class Adaptation(Row, table=True):
    __table_args__ = (
        UniqueConstraint("domain_id", "inputs_sha256"),
        Index("ix_adaptation_state", "state"),
    )

    id: str = Field(primary_key=True, max_length=64)
    owner_id: str = Field(default=LOCAL_ACCOUNT, max_length=64)
    domain_id: str = Field(foreign_key="domain.id", index=True, max_length=64)
    glossary_id: str = Field(foreign_key="glossary.id", max_length=64)
    text_id: str = Field(foreign_key="domain_text.id", max_length=64)
    parent: str = Field(max_length=128)
    """The model that is adapted."""
    inputs_sha256: str = Field(max_length=64)
    """Of terms, text and parent: the same inputs are the same adaptation."""
    state: AdaptationState = word_column(AdaptationState, default=AdaptationState.QUEUED)
    stage: str = Field(default="", max_length=32)
    """Of the pipeline, as `worker.adaptation` names it; empty: none has begun."""
    progress: float = 0.0
    """Share of the time that all of it takes, 0-1."""
    note: str = Field(default="", max_length=500)
    """What is being done, or why it waits."""
    eta_seconds: float | None = None
    stages: list[dict[str, Any]] = json_column(default_factory=list)
    """Each `stage`, `state` (running, done, reused), `share` 0-1, `seconds`, `note`."""
    fence: int = 0
    beats: int = 0
    process: str | None = Field(default=None, max_length=128)
    losses: int = 0
    """Times its process died or hung since a person asked for it."""
    retries: int = 0
    revision: int = 0
    """Grows with every change a reader can see."""
    version_id: str | None = Field(default=None, max_length=64)
    """What came of it, in the registry."""
    error_code: str | None = Field(default=None, max_length=64)
    error_message: str | None = None
    error_retryable: bool = False
    started_at: datetime | None = time_column()
    finished_at: datetime | None = time_column()
