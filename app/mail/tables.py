"""Mails that are to be sent, or were."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Text
from sqlmodel import Field

from app.clock import now
from app.database import UtcDateTime
from app.tables import LOCAL_ACCOUNT, Row, time_column, word_column


class MailKind(StrEnum):
    DONE = "done"
    """Nothing of the batch waits any more."""
    STUCK = "stuck"
    """Something waits, and nothing moves."""


class MailState(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    """Given up after days."""


class Mail(Row, table=True):
    __table_args__ = (Index("ix_mail_due", "state", "due_at"),)

    id: str = Field(primary_key=True, max_length=64)
    """Also in its Message-ID, by which servers know one they have had before."""
    owner_id: str = Field(default=LOCAL_ACCOUNT, max_length=64)
    project_id: str | None = Field(default=None, max_length=64)
    kind: MailKind = word_column(MailKind)
    subject: str = Field(max_length=255)
    text: str = Field(sa_type=Text)
    """Empty once it was sent or given up."""
    state: MailState = word_column(MailState, default=MailState.PENDING)
    due_at: datetime = Field(default_factory=now, sa_type=UtcDateTime, nullable=False)
    failures: int = 0
    fence: int = 0
    """Grows with every attempt."""
    batch_open: bool = False
    """Of one about a stop: the batch is not over, so there is no second one about it."""
    error: str | None = Field(default=None, max_length=500)
    finished_at: datetime | None = time_column()
