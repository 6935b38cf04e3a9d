"""A transcription, the attempts at it, its windows and its text.

The database is the truth: a broker message only says that there is work. Attempts and windows
are leased to a process with a fencing token (`fence`), which grows with every lease, so that a
process that was given up for dead cannot overwrite what its successor did. The holder shows that
it lives by counting `beats`; no time of day is compared, so that clocks may differ and jump.
"""

# Ch 12 · Scaling the System: work is rows that any process may lease, not messages that can be lost

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from app.tables import LOCAL_ACCOUNT, Row, json_column, time_column, word_column


class Status(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        return self in (Status.SUCCEEDED, Status.FAILED, Status.CANCELLED)


class Stage(StrEnum):
    """What a person is told is being done."""

    QUEUED = "queued"
    PREPARING = "finding speech"
    RECOGNISING = "recognising"
    DONE = "done"


class AttemptState(StrEnum):
    RUNNING = "running"
    PREPARED = "prepared"
    FAILED = "failed"
    LOST = "lost"
    """Its process died or hung, or its decoder did."""
    HANDED_BACK = "handed back"
    """Its process was told to stop, or could not go on through no fault of the recording."""
    CANCELLED = "cancelled"


class WindowState(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Transcription(Row, table=True):
    __table_args__ = (Index("ix_transcription_queue", "status", "priority", "created_at"),)

    id: str = Field(primary_key=True, max_length=64)
    owner_id: str = Field(default=LOCAL_ACCOUNT, index=True, max_length=64)
    recording_id: str = Field(foreign_key="recording.id", index=True, max_length=64)
    name: str = Field(max_length=255)
    status: Status = word_column(Status, default=Status.QUEUED)
    stage: Stage = word_column(Stage, default=Stage.QUEUED)
    priority: int = 0
    model: str = Field(max_length=128)
    model_version: str | None = Field(default=None, max_length=64)
    """SHA-256 of the weights that were used."""
    domain_id: str | None = Field(default=None, max_length=64)
    glossary_id: str | None = Field(default=None, max_length=64)
    model_version_id: str | None = Field(default=None, index=True, max_length=64)
    """Of the domain, when it was submitted; the terms are in the options."""
    project_id: str | None = Field(default=None, index=True, max_length=64)
    project_since: datetime | None = time_column()
    """When it came into that project: it is not deleted within a day of it."""
    instead_of: str | None = Field(default=None, index=True, max_length=64)
    """The transcript that a withdrawn version made, which this one replaces."""
    options: dict[str, Any] = json_column()
    """Requested: language, keywords, task. Together with the model they decide the text."""
    first_s: float | None = None
    """Of a preview (app/previews): so many seconds of the recording are heard; None: all."""
    part_sha256: str | None = Field(default=None, max_length=64)
    """Of the samples heard, where `first_s` ended before the recording did."""
    language: str | None = Field(default=None, max_length=16)
    language_probability: float | None = None
    duration_s: float | None = None
    done_s: float = 0.0
    """Audio seconds dealt with, skipped spans included."""
    prepared: bool = False
    retries: int = 0
    """How often a person asked for it again; lost attempts are counted from there."""
    text: str | None = None
    error_code: str | None = Field(default=None, max_length=64)
    error_message: str | None = None
    error_retryable: bool = False
    revision: int = 0
    """Grows with every change a reader can see."""
    corrected: int = 0
    """Segments that are not as the machine left them (app/review)."""
    final_at: datetime | None = time_column()
    """When a person declared it final; until it is reopened nobody changes it."""
    code_version: str | None = Field(default=None, max_length=64)
    started_at: datetime | None = time_column()
    first_words_at: datetime | None = time_column()
    finished_at: datetime | None = time_column()


class Attempt(Row, table=True):
    """One process's try at decoding a recording and cutting it into windows."""

    __table_args__ = (Index("ix_attempt_state", "state"),)

    id: str = Field(primary_key=True, max_length=64)
    transcription_id: str = Field(foreign_key="transcription.id", index=True, max_length=64)
    number: int
    retry: int = 0
    """The job's `retries` at the time."""
    state: AttemptState = word_column(AttemptState, default=AttemptState.RUNNING)
    process: str = Field(max_length=128)
    machine: str = Field(max_length=128)
    fence: int = 1
    beats: int = 0
    """Signs of life; whoever holds it counts on, and is given up when it stays as it is."""
    finished_at: datetime | None = time_column()
    error: str | None = None


class WindowRow(Row, table=True):
    """A window of speech: where it lies, who works on it, what was heard."""

    __tablename__ = "window"
    __table_args__ = (
        UniqueConstraint("transcription_id", "number"),
        Index("ix_window_claim", "state", "transcription_id", "number"),
    )

    id: str = Field(primary_key=True, max_length=64)
    transcription_id: str = Field(foreign_key="transcription.id", max_length=64)
    owner_id: str = Field(default=LOCAL_ACCOUNT, max_length=64)
    number: int
    start_s: float
    end_s: float
    speech_s: float
    strict_speech: list[Any] = json_column()
    """Pairs (start_s, end_s): where the stricter threshold heard speech."""
    pieces: list[Any] = json_column()
    """Triples (start_s, end_s, offset_s): what of the recording lies where in the window."""
    audio_key: str = Field(max_length=128)
    samples_sha256: str = Field(max_length=64)
    state: WindowState = word_column(WindowState, default=WindowState.PENDING)
    tries: int = 0
    """Times the present rung failed on it."""
    losses: int = 0
    """Times its process died or hung over it on the present rung."""
    rung: int = 0
    """Step of the ladder to be tried next (0: the model asked for)."""
    fence: int = 0
    process: str | None = Field(default=None, max_length=128)
    beats: int = 0
    started_at: datetime | None = time_column()
    finished_at: datetime | None = time_column()
    result: dict[str, Any] | None = json_column(default=None, nullable=True)
    """What made the text: model, version, scores, language, seconds taken."""
    error: str | None = None


class SegmentRow(Row, table=True):
    """A sentence or phrase; its id never changes, its text may be edited (app/review)."""

    __tablename__ = "segment"
    __table_args__ = (Index("ix_segment_order", "transcription_id", "start_s"),)

    id: str = Field(primary_key=True, max_length=64)
    transcription_id: str = Field(foreign_key="transcription.id", max_length=64)
    window_id: str = Field(foreign_key="window.id", index=True, max_length=64)
    start_s: float
    end_s: float
    text: str
    machine_text: str
    """As recognised; never overwritten."""
    speaker: str | None = Field(default=None, max_length=64)
    words: list[Any] = json_column()
    """(text, start_s, end_s, probability[, heard[, whether a person wrote it]]) of each."""
    flags: list[Any] = json_column()
    revision: int = 0
    """Number of the last one that touched it (app/review/tables.py)."""
    shown: bool = True
    """False: it became part of another segment."""
    changed: bool = False
    """It is not as the machine left it."""
    by_person: bool = False
    """The machine never made it: a person split another."""
    machine: dict[str, Any] | None = json_column(default=None, nullable=True)
    """Times, words, flags, speaker as recognised, put aside at the first change for good."""


class SkippedRow(Row, table=True):
    """A stretch in which no speech was found."""

    __tablename__ = "skipped_span"

    id: str = Field(primary_key=True, max_length=64)
    transcription_id: str = Field(foreign_key="transcription.id", index=True, max_length=64)
    start_s: float
    end_s: float
    level_dbfs: float
