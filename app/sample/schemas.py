"""The sample as it goes over the wire."""

from __future__ import annotations

from pydantic import BaseModel, Field


class TurnOut(BaseModel):
    speaker: str
    start: float
    end: float
    text: str


class SampleWordOut(BaseModel):
    word: str
    start: float
    end: float
    probability: float


class HeardOut(BaseModel):
    start: float
    end: float
    text: str
    words: list[SampleWordOut]


class SampleVersionOut(BaseModel):
    """One transcript of the sample, made by the real pipeline."""

    model: str
    how: str
    keywords: list[str]
    text: str
    segments: list[HeardOut]
    terms_right: int
    terms: int


class SampleOut(BaseModel):
    name: str
    sha256: str = Field(description="Of the recording, to find it among those that were sent.")
    title: str
    synthetic: bool
    duration: float
    turns: list[TurnOut]
    glossary: list[str]
    generic: SampleVersionOut
    adapted: SampleVersionOut
