"""The registry of model versions, and everything that was decided about them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.tables import Row, json_column, time_column, word_column


class State(StrEnum):
    CANDIDATE = "candidate"
    """Registered, gate passed, waiting to be promoted."""
    REFUSED = "refused"
    """Registered, gate not passed: it can be looked at, and never promoted."""
    CHAMPION = "champion"
    RETIRED = "retired"
    """Served until a better one came."""
    WITHDRAWN = "withdrawn"
    """Served until it was rolled back."""


class Happened(StrEnum):
    REGISTERED = "registered"
    JUDGED_AGAIN = "judged again"
    """The same adapter came with another record."""
    PROMOTED = "promoted"
    ROLLED_BACK = "rolled back"
    SERVES_AGAIN = "serves again"
    """Because the version that had replaced it was rolled back."""
    TRANSCRIBED_AGAIN = "transcribed again"
    """What it had made was queued once more."""
    DATA_DELETED = "data deleted"
    """A recording it was trained on is gone."""


class ModelVersion(Row, table=True):
    __tablename__ = "model_version"
    __table_args__ = (
        UniqueConstraint("domain_id", "number"),
        UniqueConstraint("domain_id", "adapter_sha256"),
    )

    id: str = Field(primary_key=True, max_length=64)
    domain_id: str = Field(foreign_key="domain.id", max_length=64)
    number: int
    parent: str = Field(max_length=128)
    parent_sha256: str = Field(max_length=64)
    adapter_sha256: str = Field(max_length=64)
    adapter_key: str | None = Field(default=None, max_length=128)
    """In the storage; None: not there, it must come with the source."""
    record: dict[str, Any] = json_column()
    """`data.domains.record.VersionRecord`: all that is to be known of it."""
    state: State = word_column(State, default=State.CANDIDATE)
    gate_passed: bool = False
    deleted_data: bool = False
    """A recording it was trained on has been deleted since."""


class ReleaseEvent(Row, table=True):
    """Something that was decided or happened; never changed, never removed."""

    __tablename__ = "release_event"

    id: str = Field(primary_key=True, max_length=64)
    domain_id: str = Field(foreign_key="domain.id", index=True, max_length=64)
    version_id: str | None = Field(default=None, max_length=64)
    kind: Happened = word_column(Happened)
    by: str = Field(max_length=64)
    reason: str = ""


class TrainedOn(Row, table=True):
    """A customer's recording that a version learned from."""

    __tablename__ = "trained_on"
    __table_args__ = (UniqueConstraint("version_id", "audio_sha256"),)

    id: str = Field(primary_key=True, max_length=64)
    version_id: str = Field(foreign_key="model_version.id", max_length=64)
    audio_sha256: str = Field(index=True, max_length=64)
    """Of the upload."""
    deleted_at: datetime | None = time_column()
