"""Processes seen alive, and how fast models have been on this machine."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from app.clock import now
from app.database import UtcDateTime
from app.tables import json_column, time_column


class ProcessRow(SQLModel, table=True):
    """A running process of the product and when it was last seen doing its work."""

    __tablename__ = "process"

    name: str = Field(primary_key=True, max_length=128)
    kind: str = Field(max_length=32, index=True)
    machine: str = Field(max_length=128)
    seen_at: datetime = Field(default_factory=now, sa_type=UtcDateTime, nullable=False)
    woken_at: datetime | None = time_column()
    """When it last consumed a wake-up from the broker."""
    details: dict[str, Any] = json_column()


class SpeedRow(SQLModel, table=True):
    """How fast a model has lately been on a class of machine; finish times are told from it."""

    __tablename__ = "model_speed"

    model: str = Field(primary_key=True, max_length=128)
    machine: str = Field(primary_key=True, max_length=128)
    rtfx: float
    """Audio seconds recognised a second, over all streams."""
    measured_at: datetime = Field(default_factory=now, sa_type=UtcDateTime, nullable=False)
