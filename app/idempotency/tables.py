"""What was answered to a request with a key, for a day."""

from __future__ import annotations

from typing import Any

from sqlmodel import Field

from app.tables import LOCAL_ACCOUNT, Row, json_column


class IdempotencyKey(Row, table=True):
    __tablename__ = "idempotency_key"

    owner_id: str = Field(default=LOCAL_ACCOUNT, primary_key=True, max_length=64)
    key: str = Field(primary_key=True, max_length=255)
    fingerprint: str = Field(max_length=64)
    """SHA-256 of what was asked: the operation, the fields, the file's own sum."""
    status: int = 0
    location: str | None = Field(default=None, max_length=255)
    body: dict[str, Any] | None = json_column(default=None, nullable=True)
    """None once what was made has been deleted: its name is not kept here either."""
    made_id: str = Field(default="", index=True, max_length=64)
    """Of what the request made."""
