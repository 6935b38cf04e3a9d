"""What people did to a transcript, one row each; rows are added and never changed."""

# Ch 24 · Versioning, Provenance, and Reproducibility: the text as of any moment, and the machine's own

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.tables import Row, json_column, word_column


class Kind(StrEnum):
    EDITED = "edited"
    SPLIT = "split"
    MERGED = "merged"
    RESTORED = "restored"
    """To an earlier revision, or to what the machine said."""
    CARRIED_OVER = "carried over"
    """Edits of another transcript of the same recording were applied here."""
    FINALISED = "finalised"
    REOPENED = "reopened"


class Revision(Row, table=True):
    """A change: some segments were replaced by others.

    The machine's segments and the changes of the revisions 1 to n, in order, are the text as of
    revision n (app/review/history.py). No copy of the whole is ever stored.
    """

    __table_args__ = (UniqueConstraint("transcription_id", "number"),)

    id: str = Field(primary_key=True, max_length=64)
    transcription_id: str = Field(foreign_key="transcription.id", index=True, max_length=64)
    number: int
    """From 1; 0 is what the machine said, which has no row."""
    kind: Kind = word_column(Kind)
    by: str = Field(max_length=64)
    """Account of the person, or the link a guest came by (app/sharing)."""
    restored: int | None = None
    """The revision whose text this one has."""
    before: list[Any] = json_column()
    """What was there, for people to read: (id, start_s, end_s, speaker, text) of each segment."""
    after: list[Any] = json_column()
    """`Snapshot.stored()` of each segment that is there now instead; empty when `restored`."""
