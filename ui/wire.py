"""The API's answers as the front ends read them. Unknown fields are ignored, times are seconds.

Written against the API's published description, not imported from it: the front ends know the
product by HTTP only, and an API that says more than they need does not break them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

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


class DomainUsed(Wire):
    """What of a domain went into a transcript; no `model_version`: the parent, unadapted."""

    name: str
    glossary_version: int | None = None
    model_version: int | None = None


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
    recording_id: str = ""
    domain: DomainUsed | None = None
    corrected: int = 0
    final_at: datetime | None = None
    project: str | None = None

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


class Features(Wire):
    """What was kept of an earlier hearing of the same recording."""

    reused: int
    seconds_saved: float


class Transcription(Summary):
    """A job with its text as far as it has come."""

    text: str
    segments: list[Segment]
    skipped: list[Skipped]
    fallbacks: list[Fallback]
    warnings: list[str]
    features: Features | None = None


class Page(Wire):
    items: list[Summary]
    next: str | None


class Mark(Wire):
    """Characters `start` up to `end` of a snippet."""

    start: int
    end: int


class Snippet(Wire):
    text: str
    matches: list[Mark]


class Hit(Wire):
    """Where something was said; `at` is the second to begin with."""

    transcription_id: str
    name: str
    created_at: datetime
    segment_id: str
    start: float
    end: float
    at: float
    speaker: str | None
    snippet: Snippet


class Hits(Wire):
    items: list[Hit]
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
    sha256: str = ""
    title: str = "A short interview"
    synthetic: bool = False
    duration: float
    turns: list[Turn]
    glossary: list[str]
    generic: Version
    adapted: Version


# Quality: rates are fractions, null where there is not enough data for a number


class Interval(Wire):
    value: float | None = None
    low: float | None = None
    high: float | None = None
    blocks: int | None = None


class WordErrorRates(Wire):
    raw: Interval | None = None
    basic: Interval | None = None
    english: Interval | None = None


class NonSpeech(Wire):
    minutes: float | None = None
    clips: int | None = None
    words: int | None = None
    words_a_minute: Interval | None = None
    share_with_words: Interval | None = None
    kinds: dict[str, dict[str, Any]] = {}


class CalibrationBin(Wire):
    low: float
    high: float
    count: int
    mean_probability: float | None = None
    share_right: float | None = None


class Calibration(Wire):
    ece: float | None = None
    brier: float | None = None
    words: int | None = None
    right: int | None = None
    bins: list[CalibrationBin] = []


class GroupCell(Wire):
    values: list[str]
    utterances: int = 0
    speakers: int | None = None
    words: int = 0
    enough: bool = False
    wer: Interval | None = None
    delivered: float | None = None


class ControlledRatio(Wire):
    value: Any = None
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None


class Controlled(Wire):
    reference: Any = None
    ratios: list[ControlledRatio] = []


class Impact(Wire):
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    lowest: Any = None
    passes_four_fifths: bool | None = None
    surely_passes: bool | None = None


class Grouping(Wire):
    by: list[str]
    cells: list[GroupCell] = []
    gap: Interval | None = None
    ratio: Interval | None = None
    worst: list[str] | None = None
    reason: str | None = None
    controlled: Controlled | None = None
    impact: Impact | None = None


class Delivered(Wire):
    share: float | None = None
    rule: str = ""


class Figures(Wire):
    """What the evaluation suite says of a run."""

    wer: WordErrorRates | None = None
    cer: Interval | None = None
    letters: Interval | None = None
    mer: float | None = None
    wil: float | None = None
    nonspeech: NonSpeech | None = None
    calibration: Calibration | None = None
    delivered: Delivered | None = None
    groups: list[Grouping] = []
    too_small: list[str] = []


class RunLine(Wire):
    """A run of the evaluation suite, with its headline figures."""

    name: str
    corpus: str
    title: str | None = None
    model: str
    mode: str
    condition: str = "clean"
    made_at: str = ""
    command: str = ""
    machine: str = ""
    model_sha256: str = ""
    corpus_sha256: str = ""
    versions: dict[str, Any] = {}
    scored: bool = True
    clips: int | None = None
    utterances: int | None = None
    speakers: int | None = None
    words: int | None = None
    failed: int = 0
    blocks_are: str | None = None
    wer: Interval | None = None
    letters: Interval | None = None
    words_without_speech: Interval | None = None


class Unreadable(Wire):
    file: str
    reason: str


class Pair(Wire):
    a: str
    b: str


class Runs(Wire):
    runs: list[RunLine]
    comparisons: list[Pair] = []
    unreadable: list[Unreadable] = []


class About(Wire):
    """The corpus of a run."""

    name: str
    licence: str | None = None
    about: str | None = None
    not_in_it: list[str] = []


class EvaluationRun(RunLine):
    summary: Figures
    fields: dict[str, list[str]] = {}
    about: About
    audio_here: bool = False


class MarkedWord(Wire):
    word: str
    mark: Literal["same", "changed", "missing", "extra"]
    probability: float | None = None


class Utterance(Wire):
    id: str
    speaker: str | None = None
    start: float
    end: float
    fields: dict[str, str] = {}
    reference: str
    units: int
    substitutions: int
    deletions: int
    insertions: int
    said: list[MarkedWord]
    heard: list[MarkedWord]
    audio: str | None = None
    error: str | None = None

    @property
    def errors(self) -> int:
        return self.substitutions + self.deletions + self.insertions


class UtterancePage(Wire):
    items: list[Utterance]
    total: int
    next: str | None = None


class Changed(Wire):
    """An utterance that two runs heard differently."""

    id: str
    reference: str
    errors_a: int
    errors_b: int
    said_a: list[MarkedWord]
    heard_a: list[MarkedWord]
    said_b: list[MarkedWord]
    heard_b: list[MarkedWord]
    start: float | None = None
    end: float | None = None
    audio: str | None = None


class Comparison(Wire):
    """Two runs; below zero `a` makes fewer errors."""

    a: str
    b: str
    utterances: int = 0
    difference: Interval
    a_better: float | None = None
    changed: list[Changed] = []
