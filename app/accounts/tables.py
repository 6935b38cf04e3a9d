"""Organisations own everything; accounts act for them. Local mode has one of each."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from app.clock import now
from app.database import UtcDateTime
from app.tables import Row


class Organisation(SQLModel, table=True):
    id: str = Field(primary_key=True, max_length=64)
    name: str = Field(max_length=200)
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime, nullable=False)


class Account(Row, table=True):
    id: str = Field(primary_key=True, max_length=64)
    name: str = Field(max_length=200)
