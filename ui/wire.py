"""The API's answers as the front ends read them. Unknown fields are ignored, times are seconds.

Written against the API's published description, not imported from it: the front ends know the
product by HTTP only, and an API that says more than they need does not break them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

Status = Literal["queued", "running", "succeeded", "failed", "cancelled"]


class Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, protected_namespaces=())


class Estimate(Wire):
    model: str
    audio_minutes: float
    queue_minutes: float
    finish_in_s: float
    realtime_factor: float
    measured: bool
    location: str


class Recording(Wire):
    id: str
    name: str
    container: str
    size_bytes: int
    sha256: str = ""
    duration_s: float | None
    estimate: Estimate | None = None


class Refusal(Wire):
    status: int
    code: str
    detail: str


class Upload(Wire):
    """A large file on its way in parts."""

    id: str
    size_bytes: int
    received_bytes: int
    state: str
    recording: Recording | None = None
    problem: Refusal | None = None


class Failure(Wire):
    code: str
    message: str
    retryable: bool


class Model(Wire):
    name: str
    version: str | None = None


class Summary(Wire):
    """A job without its text."""

    id: str
    name: str
    status: Status
    stage: str
    progress: float
    done_s: float
    duration: float | None
    eta_seconds: float | None
    queue_position: int | None
    model: Model
    language: str | None
    error: Failure | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    revision: int

    @property
    def active(self) -> bool:
        return self.status in ("queued", "running")


class Segment(Wire):
    id: str
    start: float
    end: float
    text: str
    speaker: str | None
    flags: list[str]


class Skipped(Wire):
    start: float
    end: float
    level_dbfs: float


class Fallback(Wire):
    start: float
    end: float
    model: str | None
    reason: str


class Transcription(Summary):
    """A job with its text as far as it has come."""

    text: str
    segments: list[Segment]
    skipped: list[Skipped]
    fallbacks: list[Fallback]
    warnings: list[str]


class Page(Wire):
    items: list[Summary]
    next: str | None


class Excerpt(Wire):
    text: str
    first_line: int
    language: str


class Annotation(Wire):
    summary: str
    path: str
    line: int
    symbol: str | None
    excerpt: Excerpt


class Chapter(Wire):
    number: int
    title: str
    part: str
    concern: str
    address: str
    annotation_count: int
    checks: list[str]


class ChapterPage(Chapter):
    page: str | None
    annotations: list[Annotation]


class Fault(Wire):
    name: str
    chapter: int
    title: str
    what_it_does: str
    expected: str
    active: bool
    expires_at: datetime | None
    parameters: dict[str, float]


class Turn(Wire):
    speaker: str
    start: float
    end: float
    text: str


class Heard(Wire):
    start: float
    end: float
    text: str


class Version(Wire):
    """What a recogniser made of the sample."""

    model: str = ""
    how: str = ""
    keywords: list[str] = []
    text: str
    segments: list[Heard] = []
    terms_right: int | None = None
    terms: int | None = None


class Sample(Wire):
    name: str
    title: str = "A short interview"
    synthetic: bool = False
    duration: float
    turns: list[Turn]
    glossary: list[str]
    generic: Version
    adapted: Version
