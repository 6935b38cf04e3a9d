"""What happened, who wants to know, and how far each message has come.

No row refers to another by a foreign key: what happened is written down in the transactions of
jobs, and those must not fail because a receiver was removed at the same moment.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field

from app.clock import now
from app.database import UtcDateTime
from app.tables import LOCAL_ACCOUNT, Row, json_column, time_column, word_column
from app.webhooks.kinds import EventType


class WebhookState(StrEnum):
    ENABLED = "enabled"
    PAUSED = "paused"
    """Nothing is sent; what happens meanwhile is kept, and sent when it is resumed."""


class PausedBecause(StrEnum):
    ASKED = "asked"
    """Somebody paused it."""
    GONE = "gone"
    """The receiver answered 410."""
    FAILING = "failing"
    """Nothing but failures for days."""


class DeliveryState(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    """Given up; somebody may send it again by hand."""


class Event(Row, table=True):
    """Something that happened, told in the words that are sent: `body` is signed as it is."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_batch", "told_in", "owner_id"),)

    id: str = Field(primary_key=True, max_length=64)
    """Also the `webhook-id` of each message about it."""
    owner_id: str = Field(default=LOCAL_ACCOUNT, max_length=64)
    project_id: str | None = Field(default=None, max_length=64)
    type: EventType = word_column(EventType)
    subject_id: str = Field(index=True, max_length=64)
    body: str = Field(sa_type=Text)
    """JSON, without a word of any transcript and without the name of a file."""
    told_in: str | None = Field(default=None, max_length=64)
    """The mail about its batch (app/mail); None: still to be told, or nothing for mails."""


class Webhook(Row, table=True):
    """A receiver of messages."""

    id: str = Field(primary_key=True, max_length=64)
    owner_id: str = Field(default=LOCAL_ACCOUNT, index=True, max_length=64)
    url: str = Field(max_length=2048)
    description: str = Field(default="", max_length=255)
    events: list[str] = json_column(default_factory=list)
    """Types it wants; empty: all."""
    state: WebhookState = word_column(WebhookState, default=WebhookState.ENABLED)
    paused_because: str | None = Field(default=None, max_length=32)
    paused_detail: str | None = Field(default=None, max_length=500)
    paused_at: datetime | None = time_column()
    secret: str = Field(max_length=128)
    """The key of the signatures (`whsec_…`); needed as it is, so it is kept as it is."""
    old_secret: str | None = Field(default=None, max_length=128)
    old_secret_until: datetime | None = time_column()
    failures: int = 0
    """Attempts that failed since the last that did not."""
    failing_since: datetime | None = time_column()
    last_success_at: datetime | None = time_column()
    last_failure_at: datetime | None = time_column()


class Delivery(Row, table=True):
    """One event for one receiver."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("webhook_id", "event_id"),
        Index("ix_webhook_delivery_due", "state", "due_at"),
        Index("ix_webhook_delivery_list", "webhook_id", "created_at", "id"),
    )

    id: str = Field(primary_key=True, max_length=64)
    webhook_id: str = Field(max_length=64)
    event_id: str = Field(index=True, max_length=64)
    state: DeliveryState = word_column(DeliveryState, default=DeliveryState.PENDING)
    due_at: datetime = Field(default_factory=now, sa_type=UtcDateTime, nullable=False)
    """Of the next attempt; while one is under way, when it is believed to be lost."""
    failures: int = 0
    """Attempts that failed since it was last asked for; the pauses grow with it."""
    fence: int = 0
    """Grows with every attempt."""
    finished_at: datetime | None = time_column()


class DeliveryAttempt(Row, table=True):
    """One request, and what became of it. Without status and error its process died over it."""

    __tablename__ = "webhook_attempt"

    id: str = Field(primary_key=True, max_length=64)
    delivery_id: str = Field(index=True, max_length=64)
    number: int
    """The delivery's `fence`."""
    status: int | None = None
    """HTTP's, of the answer."""
    duration_s: float | None = None
    answer: str | None = Field(default=None, max_length=1024)
    """The first bytes of it, as text."""
    error: str | None = Field(default=None, max_length=500)
    """Why there was no answer."""
