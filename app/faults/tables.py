"""Which faults are switched on: shared by all processes through the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from app.clock import now
from app.database import UtcDateTime
from app.tables import json_column


class FaultRow(SQLModel, table=True):
    __tablename__ = "fault"

    name: str = Field(primary_key=True, max_length=64)
    parameters: dict[str, Any] = json_column()
    seed: int = 0
    expires_at: datetime = Field(sa_type=UtcDateTime, nullable=False)
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime, nullable=False)
