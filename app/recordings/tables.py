"""The recording: one uploaded file and what is known about it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Integer
from sqlmodel import Field

from app.tables import LOCAL_ACCOUNT, Row, time_column


class Recording(Row, table=True):
    # Ch 24 · Versioning, Provenance, and Reproducibility: three hashes tie a transcript to its bits
    id: str = Field(primary_key=True, max_length=64)
    owner_id: str = Field(default=LOCAL_ACCOUNT, index=True, max_length=64)
    name: str = Field(max_length=255)
    container: str = Field(max_length=32)
    media_type: str = Field(max_length=64)
    storage_key: str = Field(max_length=128)
    playback_key: str | None = Field(default=None, max_length=128)
    """A rendition that browsers play, where they cannot play what was uploaded."""
    size_bytes: int = Field(sa_type=BigInteger().with_variant(Integer(), "sqlite"))
    upload_sha256: str = Field(max_length=64, index=True)
    stored_sha256: str = Field(max_length=64)
    samples_sha256: str | None = Field(default=None, max_length=64)
    """Of the decoded samples (little-endian int16, mono, 16 kHz); known once decoded."""
    codec: str = Field(max_length=64)
    sample_rate_hz: int
    channels: int
    duration_s: float | None = None
    """As declared by the container, replaced by what was counted once decoded."""
    complete: bool = True
    """False when the file ends before the audio it announces."""
    used_at: datetime | None = time_column()
    """When it was first transcribed; uploads nobody used are swept."""
