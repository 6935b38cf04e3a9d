"""What every table shares."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from app.clock import now
from app.database import UtcDateTime

LOCAL_ORGANISATION = "org_local"
LOCAL_ACCOUNT = "acc_local"


class Row(SQLModel):
    """Columns of every row: whose it is, and since when."""

    organisation_id: str = Field(default=LOCAL_ORGANISATION, index=True, max_length=64)
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime, nullable=False)


def json_column(*, nullable: bool = False, **options: Any) -> Any:
    """A column for plain JSON values."""
    return Field(sa_column=Column(JSON(none_as_null=True), nullable=nullable), **options)


def time_column() -> Any:
    """A time that may be absent."""
    return Field(default=None, sa_type=UtcDateTime, nullable=True)


class Word(TypeDecorator[StrEnum]):
    """One of a few words, kept as text that a person and any database can read."""

    impl = String(32)
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.kind(value)


def word_column(kind: type[StrEnum], **options: Any) -> Any:
    """A column for the words of `kind`."""
    return Field(sa_column=Column(Word(kind), nullable=False), **options)
