"""Previews as they go over the wire. Times are seconds of the recording."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from app.transcriptions.schemas import TranscriptionSummary


class PreviewIn(BaseModel):
    """What to show a domain's effect on."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"recording": "rec_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f"}]}
    )

    recording: str = Field(max_length=64, description="Id of a recording that is here.")
    keywords: list[str] = Field(
        default_factory=list, description="Terms besides the glossary's, for this preview only."
    )


class DifferenceOut(BaseModel):
    """A place where the two sides are not the same; close ones are one place."""

    start_s: float
    end_s: float
    plain: str = Field(examples=["Atkins an index"])
    adapted: str = Field(examples=["Atkinson index"])
    term: str | None = Field(
        description="Of the glossary, if one stands here on either side.",
        examples=["Atkinson index"],
    )


class WordsOut(BaseModel):
    """Words that belong together; joined, the runs of a side are its text."""

    text: str
    difference: int | None = Field(description="Index in `differences`; null: both sides agree.")
    term: str | None = Field(description="Of the glossary, which these words are.")


class PassageOut(BaseModel):
    """Some sentences of both sides, of the same time."""

    start_s: float
    end_s: float
    differs: bool
    plain: list[WordsOut]
    adapted: list[WordsOut]


class TermsOut(BaseModel):
    """How often a term of the glossary is written; nobody knows how often one was said."""

    plain: int
    adapted: int


class PreviewSummary(BaseModel):
    """Both sides and their states."""

    id: str
    domain: str
    recording: str
    name: str = Field(description="Of the recording.")
    recording_sha256: str = Field(description="Of the file as it was uploaded.")
    first_s: float = Field(description="So much of the recording is heard at most.")
    keywords: list[str] = Field(description="Those given besides the glossary.")
    glossary_version: int | None
    model_version: int | None = Field(description="The adapter's; null: there was none.")
    current: bool = Field(description="False once the domain's terms or its adapter are others.")
    created_at: datetime
    plain: TranscriptionSummary = Field(description="By the parent model, without the domain.")
    adapted: TranscriptionSummary = Field(description="With the domain.")


class PreviewOut(PreviewSummary):
    """With what differs, once both sides succeeded; null until then."""

    differences: list[DifferenceOut] | None = None
    passages: list[PassageOut] | None = Field(
        default=None, description="Both texts, cut into pieces that lie beside each other."
    )
    terms: TermsOut | None = None
    seconds_saved: float | None = Field(
        default=None,
        description="Computing time saved because the recording had been prepared for the model"
        " already, by the other side or before.",
    )


class PreviewList(BaseModel):
    items: list[PreviewSummary]
    first_s: float = Field(description="How much of a recording a new preview would hear.")
