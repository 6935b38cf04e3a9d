"""What was asked for through OpenAI's clients, so that a request sent again is known again."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from app.clock import now
from app.database import UtcDateTime
from app.tables import LOCAL_ACCOUNT, Row, time_column


class Call(Row, table=True):
    """The latest of the calls that ask for the same: they share a job until it was answered."""

    __tablename__ = "openai_call"

    id: str = Field(primary_key=True, max_length=64)
    """SHA-256 of who asks, and of the idempotency key or else of `content_sha256`."""
    owner_id: str = Field(default=LOCAL_ACCOUNT, max_length=64)
    content_sha256: str = Field(max_length=64)
    """Of what decides the text: the upload's own sum, model and options."""
    transcription_id: str | None = Field(
        default=None, foreign_key="transcription.id", index=True, max_length=64
    )
    requests: int = 0
    """How many took part in the job."""
    left: int = 0
    """How many of them were answered, or gave up for good."""
    called_at: datetime = Field(
        default_factory=now, sa_type=UtcDateTime, nullable=False, index=True
    )
    """Since when the latest request waits."""
    delivered_at: datetime | None = time_column()
    """When an answer was sent to somebody who was still there."""
