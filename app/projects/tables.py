"""A project, and the uploads that wait in it to be started.

Which transcripts are in a project stands in `Transcription.project_id`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field

from app.tables import LOCAL_ACCOUNT, Row, json_column, time_column


class Project(Row, table=True):
    id: str = Field(primary_key=True, max_length=64)
    owner_id: str = Field(default=LOCAL_ACCOUNT, index=True, max_length=64)
    name: str = Field(max_length=200)
    domain_id: str | None = Field(default=None, max_length=64)
    language: str | None = Field(default=None, max_length=16)
    """ISO 639 code; None: that of the domain, or detected."""
    terms: list[Any] = json_column()
    """Words of this project, beside those of the domain's glossary."""
    speakers: list[Any] = json_column()
    """Names that are offered where somebody says who spoke."""
    retention_days: int | None = None
    """Days after which finished transcripts and their recordings are deleted; None: kept."""
    retention_since: datetime | None = time_column()
    """When that was last changed: nothing is deleted within a day of it (app/projects/retention)"""
    revision: int = 0
    """Grows with every change of the above."""


class ProjectRecording(Row, table=True):
    """An upload that waits in a project; it leaves when it is started, taken out or deleted."""

    __tablename__ = "project_recording"

    project_id: str = Field(foreign_key="project.id", primary_key=True, max_length=64)
    recording_id: str = Field(
        foreign_key="recording.id", primary_key=True, index=True, max_length=64
    )
