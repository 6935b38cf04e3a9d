"""The API's answers about projects. Times are seconds; prices are in the product's currency."""

from __future__ import annotations

from datetime import datetime

from ui.wire import Recording, Status, Wire


class Price(Wire):
    currency: str
    per_minute: float
    so_far: float
    total: float


class Progress(Wire):
    waiting: int = 0
    queued: int = 0
    running: int = 0
    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0
    audio_s: float = 0.0
    done_s: float = 0.0
    eta_seconds: float | None = None
    next_deletion_at: datetime | None = None
    price: Price | None = None

    @property
    def transcripts(self) -> int:
        return self.queued + self.running + self.succeeded + self.failed + self.cancelled

    @property
    def active(self) -> bool:
        return self.queued + self.running > 0


class Project(Wire):
    id: str
    name: str
    domain: str | None = None
    domain_removed: bool = False
    language: str | None = None
    terms: list[str]
    speakers: list[str]
    retention_days: int | None = None
    created_at: datetime
    etag: str
    progress: Progress


class Projects(Wire):
    items: list[Project]
    next: str | None = None


class Duplicate(Wire):
    where: str
    recording: str
    name: str
    transcription: str | None = None
    status: Status | None = None
    project: str | None = None


class Waiting(Wire):
    recording: Recording
    kept_until: datetime | None = None
    duplicates: list[Duplicate]
    included: bool


class Cost(Wire):
    currency: str
    per_minute: float
    amount: float


class Batch(Wire):
    """What starting would mean."""

    items: list[Waiting]
    count: int
    duplicates: int
    audio_minutes: float
    unknown_lengths: int
    cost: Cost | None
    finish_in_s: float | None
    finish_at: datetime | None
    deletion_at: datetime | None
    fits: int
    model: str
    measured: bool
    location: str


class Started(Wire):
    recording: str
    transcription: str
    name: str


class LeftOut(Wire):
    recording: str
    name: str
    code: str
    detail: str


class Start(Wire):
    started: list[Started]
    left_out: list[LeftOut]


class Skipped(Wire):
    name: str
    code: str
    detail: str


class Intake(Wire):
    added: list[Recording]
    skipped: list[Skipped]
