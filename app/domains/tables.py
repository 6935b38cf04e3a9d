"""A field of its own words: its glossary in versions, and which model version serves it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.tables import LOCAL_ACCOUNT, Row, json_column, time_column


class Domain(Row, table=True):
    __table_args__ = (UniqueConstraint("organisation_id", "name"),)

    id: str = Field(primary_key=True, max_length=64)
    owner_id: str = Field(default=LOCAL_ACCOUNT, max_length=64)
    name: str = Field(max_length=63)
    title: str = Field(max_length=200)
    about: str = ""
    language: str = Field(default="en", max_length=16)
    parent: str = Field(max_length=128)
    """The model its adapters belong to."""
    shipped: bool = False
    """Comes with the source; its glossary is not edited here."""
    glossary_id: str | None = Field(default=None, max_length=64)
    """The version in use."""
    text_id: str | None = Field(default=None, max_length=64)
    """The page of text in use; None: nobody gave one."""
    champion_id: str | None = Field(default=None, max_length=64)
    """The model version that serves; None: the parent does."""
    deleted_at: datetime | None = time_column()


class Glossary(Row, table=True):
    """A version of a domain's terms; never changed, so that a transcript can name it."""

    __table_args__ = (UniqueConstraint("domain_id", "number"),)

    id: str = Field(primary_key=True, max_length=64)
    domain_id: str = Field(foreign_key="domain.id", index=True, max_length=64)
    number: int
    terms: list[dict[str, Any]] = json_column()
    """Each `term` and `sounds_like`, in the order they are given to the model."""
    sha256: str = Field(max_length=64)


class DomainText(Row, table=True):
    """A page of a domain's text; never changed: an adapter names the one it learned from."""

    __tablename__ = "domain_text"
    __table_args__ = (UniqueConstraint("domain_id", "sha256"),)

    id: str = Field(primary_key=True, max_length=64)
    domain_id: str = Field(foreign_key="domain.id", max_length=64)
    text: str
    sha256: str = Field(max_length=64)
    sentences: int
    words: int
