"""The outbox: what to tell the broker or the storage once a transaction has been committed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Field

from app.tables import Row, json_column, time_column, word_column


class Topic(StrEnum):
    PREPARE = "prepare"
    """A recording waits to be decoded."""
    RECOGNISE = "recognise"
    """Windows wait to be recognised."""
    ADAPT = "adapt"
    """An adapter waits to be made."""
    DELETE_OBJECTS = "delete_objects"
    """Stored objects nobody refers to any more."""


class OutboxRow(Row, table=True):
    __tablename__ = "outbox"

    number: int | None = Field(default=None, primary_key=True)
    topic: Topic = word_column(Topic)
    payload: dict[str, Any] = json_column()
    sent_at: datetime | None = time_column()
    tries: int = 0
