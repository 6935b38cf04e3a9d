"""Corrections as they go over the wire. Times are seconds of the recording."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.review.tables import Kind
from app.transcriptions.schemas import SegmentOut

MOST_MERGED = 50


class EditIn(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(
        default="",
        max_length=20_000,
        examples=["We used the Oaxaca-Blinder decomposition."],
        description="All of the segment's text; empty: nothing was said there.",
    )
    speaker: str | None = Field(default=None, max_length=1000, description="Null: unknown.")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("give `text`, `speaker` or both")
        return self


class SplitIn(BaseModel):
    """Where: exactly one of the two."""

    model_config = ConfigDict(extra="forbid")

    word: int | None = Field(
        strict=True,
        default=None,
        ge=0,
        le=100_000,
        description="The second part begins with this word, from 0.",
    )
    offset: int | None = Field(
        strict=True,
        default=None,
        ge=0,
        le=100_000,
        description="The second part begins at this character (Unicode code point) of the text.",
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.word is None) == (self.offset is None):
            raise ValueError("give either `word` or `offset`")
        return self


class MergeIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ids: list[Annotated[str, Field(max_length=64)]] = Field(
        min_length=2, max_length=MOST_MERGED, description="Segments that follow each other."
    )


class EditOut(BaseModel):
    """What is there now, where something was changed."""

    revision: int | None = Field(description="Its number; null: there was nothing to change.")
    segments: list[SegmentOut] = Field(description="As they are now, each with its new `etag`.")
    gone: list[str] = Field(description="Ids of segments that became part of another.")
    etag: str = Field(description="Of the whole transcript.")
    corrected: int = Field(description="Segments that are not as the machine left them.")
    final_at: datetime | None


class SaidOut(BaseModel):
    """A segment as a list of changes shows it."""

    id: str
    start: float
    end: float
    speaker: str | None
    text: str


class RevisionSummary(BaseModel):
    number: int
    kind: Kind
    at: datetime
    by: str = Field(description="Account, or the link (`shr_…`) by which a guest came.")
    label: str | None = Field(default=None, description="Of that link.")
    restored: int | None = Field(description="The revision whose text it has again.")
    before: list[SaidOut] = Field(description="What was there.")
    after: list[SaidOut] = Field(description="What stands there instead.")


class RevisionPage(BaseModel):
    items: list[RevisionSummary] = Field(description="The newest first.")
    next: str | None = Field(description="Give it as `cursor` to get the following page.")


class AgainIn(BaseModel):
    """What is left out is as it was asked for before; the model is today's default."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"domain": "ruby"}]})

    model: str | None = Field(default=None, max_length=128)
    domain: str | None = Field(default=None, max_length=64, description="Null: none.")
    language: str | None = Field(default=None, max_length=16, description="Null: detect it.")
    keywords: list[str] = Field(default_factory=list)


class PlaceOut(BaseModel):
    """A place where two transcripts are not the same; close ones are one place."""

    start: float
    end: float
    text: str
    other: str
    term: str | None = Field(description="Of a glossary, if one stands here on either side.")


class CorrectionOut(BaseModel):
    """A person's correction, and what the other transcript has in its time."""

    segment: str
    start: float
    end: float
    text: str
    machine_text: str = Field(description="As recognised; empty for what a person split off.")
    other: str
    agrees: bool = Field(description="The other says what the person wrote, spelling aside.")


class SpanOut(BaseModel):
    """Words that belong together; joined, the spans of a side are its text."""

    text: str
    difference: int | None = Field(description="Index in `differences`; null: both say it.")


class SidesOut(BaseModel):
    """Some sentences of both transcripts, of the same time."""

    start: float
    end: float
    text: list[SpanOut]
    other: list[SpanOut]
    corrected: bool = Field(description="A person changed this transcript here.")
    other_corrected: bool = Field(description="A person changed the other here.")


class BesideOut(BaseModel):
    id: str
    other: str
    words: int = Field(description="Of this transcript.")
    other_words: int
    agreement: float = Field(
        ge=0,
        le=1,
        description="Share of the words of both that both have, case and punctuation aside;"
        " 1 where neither has any.",
    )
    passages: list[SidesOut] = Field(description="All of both texts, in order.")
    differences: list[PlaceOut]
    corrections: list[CorrectionOut] = Field(description="Segments that a person changed.")
    agree: int = Field(description="Of the corrections.")


class AppliedOut(BaseModel):
    source: str = Field(description="The segment that a person had corrected.")
    segment: str = Field(description="Where it is applied.")
    start: float = Field(description="Of the segment that had been corrected.")
    text: str = Field(description="What that segment says.")


class LeftOut(BaseModel):
    source: str
    start: float
    end: float
    text: str
    other: str = Field(description="What stands in its time in this transcript.")
    takeable: bool = Field(description="Naming it in `take` would write it over what stands there.")
    reason: str = Field(
        description="`agrees`: it says so already; `heard differently`: the machine wrote something"
        " else there; `edited here`: a person changed that place; `other borders`: it was split or"
        " joined, or only its speaker changed."
    )


class CarryIn(BaseModel):
    """Which of the doubtful ones are to be applied all the same."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"take": ["seg_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f"]}]},
    )

    take: list[Annotated[str, Field(max_length=64)]] = Field(
        default_factory=list,
        max_length=10_000,
        description="`source` of what would be left otherwise; it is written over the words that"
        " stand in its time.",
    )


class CarryPlanOut(BaseModel):
    """What carrying over would do now."""

    applied: list[AppliedOut]
    left: list[LeftOut]
    etag: str = Field(description="Of the whole transcript; give it as `If-Match` to do it.")


class CarriedOut(BaseModel):
    """Which corrections are here now, and which a person has to look at."""

    revision: int | None = Field(description="Null: nothing was changed.")
    applied: list[AppliedOut]
    left: list[LeftOut]
    etag: str = Field(description="Of the whole transcript.")


class RevisionOut(BaseModel):
    """The text as of a revision."""

    number: int
    text: str
    segments: list[SegmentOut] = Field(description="Without tags: what is past is not edited.")
