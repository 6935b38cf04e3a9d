"""Formats and reports as they go over the wire."""

from __future__ import annotations

from pydantic import BaseModel, Field

from app.transcriptions.schemas import ModelOut


class ValueOut(BaseModel):
    value: str
    label: str


class OptionOut(BaseModel):
    name: str = Field(description="The name of the query parameter.")
    label: str
    values: list[ValueOut]


class PresetOut(BaseModel):
    name: str
    label: str
    options: dict[str, str] = Field(description="What it sets of the options of the format.")


class FormatOut(BaseModel):
    name: str = Field(examples=["srt"])
    label: str
    kind: str = Field(description="The heading under which a menu lists it.")
    about: str
    suffix: str
    media_type: str
    binary: bool = Field(description="Not text: no terminal can show it.")
    report: bool = Field(description="It has rules; `…/export/report` says which were not kept.")
    presets: list[PresetOut] = Field(description="The first one is the default.")
    options: list[OptionOut]


class FormatsOut(BaseModel):
    items: list[FormatOut]
    filler_languages: list[str] = Field(description="Those whose fillers can be left out.")
    number_languages: list[str] = Field(description="Those whose numbers can be written as digits.")


class RulesOut(BaseModel):
    line: int = Field(description="Characters of a line.")
    lines: int
    speed: float = Field(description="Characters a second.")
    shortest_s: float
    longest_s: float
    gap_s: float


class ViolationOut(BaseModel):
    cue: int
    start: float
    end: float
    rule: str = Field(description="`reading_speed`, `too_short`, `line_too_long` or `late`.")
    value: float
    limit: float
    text: str


class DoubtOut(BaseModel):
    start: float
    end: float
    flags: list[str]
    words: list[str] = Field(description="Words the model was unsure of.")


class ReportOut(BaseModel):
    """What a file of subtitles cannot say itself."""

    format: str
    preset: str
    made_by: list[str]
    model: ModelOut
    rules: RulesOut
    cues: int
    kept: int = Field(description="Cues that keep every rule.")
    counts: dict[str, int] = Field(description="Rule -> cues that break it.")
    violations: list[ViolationOut]
    doubts: list[DoubtOut]
