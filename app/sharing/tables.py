"""Links to transcripts, what was done with them, and what people remarked.

A link's secret is not kept: of a stolen database nobody can open a transcript with it.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field

from app.database import UtcDateTime
from app.tables import LOCAL_ACCOUNT, Row, time_column, word_column


class Role(StrEnum):
    """What a link allows; each includes those before it."""

    VIEW = "view"
    """Read, listen, export."""
    COMMENT = "comment"
    EDIT = "edit"

    def includes(self, other: Role) -> bool:
        order = list(Role)
        return order.index(self) >= order.index(other)


class Deed(StrEnum):
    """What was done with a link."""

    OPENED = "opened"
    COMMENTED = "commented"
    EDITED = "edited"
    EXPORTED = "exported"
    REFUSED = "refused"
    """The secret was right, and yet: expired, revoked, or not in its role."""


class Share(Row, table=True):
    """A link. The row stays when it is revoked: what was done with it is not forgotten."""

    id: str = Field(primary_key=True, max_length=64)
    transcription_id: str = Field(foreign_key="transcription.id", index=True, max_length=64)
    made_by: str = Field(default=LOCAL_ACCOUNT, max_length=64)
    """Account."""
    role: Role = word_column(Role)
    label: str = Field(max_length=100)
    """For whom, as its maker calls them; the guest does not see it."""
    secret_sha256: str = Field(max_length=64)
    expires_at: datetime = Field(sa_type=UtcDateTime, nullable=False)
    revoked_at: datetime | None = time_column()


class ShareEvent(Row, table=True):
    """Something done with a link, at `created_at`; no address, no name of a device."""

    __tablename__ = "share_event"
    __table_args__ = (Index("ix_share_event_order", "share_id", "created_at", "id"),)

    id: str = Field(primary_key=True, max_length=64)
    share_id: str = Field(foreign_key="share.id", max_length=64)
    deed: Deed = word_column(Deed)
    about: str | None = Field(default=None, max_length=64)
    """Number of the revision, id of the comment, format of the export, code of the refusal."""


class Comment(Row, table=True):
    """A remark at a segment."""

    __table_args__ = (Index("ix_comment_order", "transcription_id", "at_s", "id"),)

    id: str = Field(primary_key=True, max_length=64)
    transcription_id: str = Field(foreign_key="transcription.id", max_length=64)
    segment_id: str = Field(max_length=64)
    at_s: float
    """Where the segment began; it may become part of another."""
    share_id: str | None = Field(default=None, foreign_key="share.id", index=True, max_length=64)
    """The link it came by; None: the owner wrote it."""
    author: str = Field(max_length=64)
    """As a guest calls himself or herself; nobody has checked it. Empty: the owner."""
    text: str
    resolved_at: datetime | None = time_column()
