"""Uploads in parts as they go over the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from app.recordings.schemas import RecordingOut


class RefusalOut(BaseModel):
    status: int
    code: str
    detail: str


class UploadSummary(BaseModel):
    """A line of the list."""

    id: str
    name: str
    size_bytes: int
    received_bytes: int = Field(description="Safely on the server; the next part begins here.")
    state: Literal["receiving", "checking", "ready", "refused"] = Field(
        description="`checking`: all bytes are here and it is not yet a recording."
    )
    fingerprint: str | None
    client: str | None
    created_at: datetime
    expires_at: datetime = Field(description="When it is deleted if nothing more arrives.")


class UploadOut(UploadSummary):
    recording: RecordingOut | None = Field(description="Once it is `ready`, with its estimate.")
    problem: RefusalOut | None = Field(description="Once it is `refused`.")


class UploadList(BaseModel):
    items: list[UploadSummary]
