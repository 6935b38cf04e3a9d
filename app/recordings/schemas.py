"""Recordings as they go over the wire."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field


class Estimate(BaseModel):
    """What a person wants to know before the start."""

    model: str
    audio_minutes: float = Field(description="Length of the recording in minutes.")
    queue_minutes: float = Field(description="Audio waiting before it, in minutes.")
    finish_in_s: float = Field(description="Seconds until the transcript is ready.")
    realtime_factor: float = Field(description="Audio seconds recognised a second, measured here.")
    measured: bool = Field(description="False while no measurement of this model exists here.")
    location: str = Field(examples=["this computer"], description="Where the audio is processed.")


class RecordingOut(BaseModel):
    id: str
    name: str
    media_type: str
    container: str
    codec: str
    sample_rate_hz: int
    channels: int
    size_bytes: int
    sha256: str = Field(description="Of the file as it was uploaded.")
    duration_s: float | None = Field(
        description="As declared by the file; counted once it was decoded."
    )
    created_at: datetime
    estimate: Estimate | None = None
