"""An upload under way: what was announced and how much of it is safely on disk."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger
from sqlmodel import Field

from app.database import UtcDateTime
from app.tables import LOCAL_ACCOUNT, Row, json_column, word_column


class UploadState(StrEnum):
    RECEIVING = "receiving"
    """Also while a complete file is being looked at: see `Upload.complete`."""
    READY = "ready"
    REFUSED = "refused"

    @property
    def settled(self) -> bool:
        return self is not UploadState.RECEIVING


class Upload(Row, table=True):
    id: str = Field(primary_key=True, max_length=64)
    owner_id: str = Field(default=LOCAL_ACCOUNT, index=True, max_length=64)
    name: str = Field(max_length=255)
    size_bytes: int = Field(sa_type=BigInteger)
    received_bytes: int = Field(default=0, sa_type=BigInteger)
    """So many bytes are in the file and were flushed to the disk; what lies behind them in the
    file is not counted and is written again."""
    fingerprint: str | None = Field(default=None, max_length=64, index=True)
    """What a client recognises its file by, see `docs/decisions/0009`."""
    client: str | None = Field(default=None, max_length=64)
    """Which browser or program began it, in its own words."""
    state: UploadState = word_column(UploadState, default=UploadState.RECEIVING)
    recording_id: str | None = Field(default=None, max_length=64)
    problem: dict[str, Any] | None = json_column(nullable=True, default=None)
    """`status`, `code` and `detail` of the refusal."""
    expires_at: datetime = Field(sa_type=UtcDateTime, nullable=False)

    @property
    def complete(self) -> bool:
        return self.received_bytes == self.size_bytes
