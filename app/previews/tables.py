"""A preview: two jobs over the beginning of one recording, without the domain and with it."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.tables import LOCAL_ACCOUNT, Row


class Preview(Row, table=True):
    """Several may share a job: the side without the domain is the same for all its glossaries."""

    __table_args__ = (UniqueConstraint("domain_id", "plain_id", "adapted_id"),)

    id: str = Field(primary_key=True, max_length=64)
    owner_id: str = Field(default=LOCAL_ACCOUNT, max_length=64)
    domain_id: str = Field(foreign_key="domain.id", index=True, max_length=64)
    recording_id: str = Field(foreign_key="recording.id", index=True, max_length=64)
    first_s: float
    """How much of the recording is heard at most, in seconds."""
    plain_id: str = Field(foreign_key="transcription.id", index=True, max_length=64)
    """Heard by the parent model, without a glossary."""
    adapted_id: str = Field(foreign_key="transcription.id", index=True, max_length=64)
    """Heard with what the domain brought when it was asked for: glossary, and adapter if any."""
