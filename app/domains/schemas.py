"""What goes over the wire about domains."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from app.domains.terms import Term


class DomainIn(BaseModel):
    """A domain to be made."""

    name: str = Field(examples=["poverty-research"])
    title: str = Field(default="", max_length=200, examples=["Poverty research"])
    about: str = Field(default="", max_length=2000)
    language: str = Field(default="en", max_length=16)
    terms: list[Term] = Field(default_factory=list)


class GlossaryIn(BaseModel):
    terms: list[Term]


class GlossaryOut(BaseModel):
    number: int
    sha256: str
    terms: list[Term]
    created_at: datetime


class DomainSummary(BaseModel):
    name: str
    title: str
    about: str
    language: str
    parent: str
    shipped: bool = Field(description="Comes with the product; its glossary is not edited.")
    terms: int
    glossary_version: int | None
    model_version: int | None = Field(description="That serves; null: the parent does.")


class DomainOut(DomainSummary):
    glossary: GlossaryOut | None


class DomainList(BaseModel):
    items: list[DomainSummary]
