"""Projects as they go over the wire. Times are seconds; prices are in the product's currency."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from app.recordings.schemas import RecordingOut
from app.transcriptions.tables import Status

MOST_AT_ONCE = 1000
MOST_RETENTION_DAYS = 3650
_PROJECT = "prj_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f"
_RECORDING = "rec_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f"
_GIVEN: dict[str, JsonValue] = {
    "name": "Interviews on unpaid care",
    "domain": "poverty-research",
    "language": "en",
    "terms": ["time-use diary", "Nzara"],
    "speakers": ["Interviewer", "Ms Adeyemi"],
    "retention_days": 90,
}

Retention = Annotated[int, Field(ge=1, le=MOST_RETENTION_DAYS)]


class ProjectIn(BaseModel):
    """A project to be made."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_GIVEN]})

    name: str = Field(max_length=200)
    domain: str | None = Field(default=None, max_length=63, description="Name of a domain.")
    language: str | None = Field(
        default=None, max_length=16, description="Null: that of the domain, or detected."
    )
    terms: list[str] = Field(default_factory=list, description="Beside those of the domain.")
    speakers: list[str] = Field(
        default_factory=list, description="Names that are offered where speakers are named."
    )
    retention_days: Retention | None = Field(
        default=None,
        description="Days after which finished transcripts and their recordings are deleted, never"
        " sooner than a day after this was set or the transcript came in; null: they are kept.",
    )


class ProjectPatch(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"retention_days": 180}]}
    )

    name: str = Field(default="", max_length=200)
    domain: str | None = Field(default=None, max_length=63, description="Null: none.")
    language: str | None = Field(default=None, max_length=16)
    terms: list[str] = Field(default_factory=list)
    speakers: list[str] = Field(default_factory=list)
    retention_days: Retention | None = Field(default=None, description="Null: kept.")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("name at least one thing to change")
        return self


class PriceOut(BaseModel):
    """At the price that is set at this moment."""

    currency: str = Field(examples=["EUR"])
    per_minute: float
    so_far: float = Field(description="For the audio of transcripts that are finished.")
    total: float = Field(description="The same and what is queued; failed and cancelled ones not.")


class ProgressOut(BaseModel):
    """How far the project is."""

    waiting: int = Field(description="Uploads that were not started.")
    queued: int
    running: int
    succeeded: int
    failed: int
    cancelled: int
    audio_s: float = Field(description="Of transcripts that are queued, running or finished.")
    done_s: float = Field(description="As much of it has been dealt with.")
    eta_seconds: float | None = Field(description="Until all are ready; null: nothing is going on.")
    next_deletion_at: datetime | None = Field(description="Null: nothing finished will be deleted.")
    price: PriceOut | None = Field(description="Null: no price is set.")


class ProjectOut(BaseModel):
    """A project with how far it is."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": _PROJECT,
                    **_GIVEN,
                    "domain_removed": False,
                    "retention_since": "2026-11-23T10:00:00Z",
                    "created_at": "2026-11-23T10:00:00Z",
                    "etag": f'"{_PROJECT}.0"',
                    "progress": {
                        "waiting": 0,
                        "queued": 12,
                        "running": 1,
                        "succeeded": 27,
                        "failed": 0,
                        "cancelled": 0,
                        "audio_s": 144000.0,
                        "done_s": 98400.0,
                        "eta_seconds": 3040.0,
                        "next_deletion_at": "2027-02-21T10:41:00Z",
                        "price": None,
                    },
                }
            ]
        }
    )

    id: str
    name: str
    domain: str | None
    domain_removed: bool = Field(
        description="The domain was removed since: choose another before anything is started."
    )
    language: str | None
    terms: list[str]
    speakers: list[str]
    retention_days: int | None
    retention_since: datetime | None = Field(description="When that was last set.")
    created_at: datetime
    etag: str = Field(description="Of the settings; give it as `If-Match` to change them.")
    progress: ProgressOut


class ProjectPage(BaseModel):
    items: list[ProjectOut]
    next: str | None = Field(description="Give it as `cursor` to get the following page.")


class DuplicateOut(BaseModel):
    """The same file, to the bit, where it is already."""

    where: Literal["batch", "project", "elsewhere"] = Field(
        description="`batch`: earlier among these; `project`: transcribed in this project;"
        " `elsewhere`: transcribed outside of it."
    )
    recording: str = Field(description="Id of that recording.")
    name: str
    transcription: str | None = Field(default=None, description="The transcript it has.")
    status: Status | None = None
    project: str | None = Field(default=None, description="Id of the project that has it.")


class WaitingOut(BaseModel):
    """An upload that can be started."""

    recording: RecordingOut
    kept_until: datetime | None = Field(
        description="Not started by then, the upload is deleted; null: a transcript has it."
    )
    duplicates: list[DuplicateOut]
    included: bool = Field(description="Whether it is counted below.")


class SkippedOut(BaseModel):
    """A member of a ZIP that did not become a recording."""

    name: str = Field(examples=["consent forms/form 1.pdf"])
    code: str = Field(examples=["unsupported_media_type"])
    detail: str


class IntakeOut(BaseModel):
    """What came of a file that was sent to the project."""

    added: list[RecordingOut] = Field(description="They wait to be started.")
    skipped: list[SkippedOut] = Field(description="Of a ZIP: what is in it besides, and why not.")


class WaitingList(BaseModel):
    """Uploads that wait in the project, in the order in which they came."""

    items: list[WaitingOut]


class BatchIn(BaseModel):
    """Which recordings, and what to do about those that are transcribed already."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"recordings": [_RECORDING], "duplicates": "skip"}]},
    )

    recordings: list[Annotated[str, Field(max_length=64)]] | None = Field(
        default=None,
        max_length=MOST_AT_ONCE,
        description="Ids of uploads; left out: all that wait in the project.",
    )
    exclude: list[Annotated[str, Field(max_length=64)]] = Field(
        default_factory=list, max_length=MOST_AT_ONCE, description="Ids that are left out."
    )
    duplicates: Literal["ask", "skip", "again"] = Field(
        default="ask",
        description="`ask`: refuse to start while there are any; `skip`: leave them waiting;"
        " `again`: transcribe them once more.",
    )


class CostOut(BaseModel):
    currency: str = Field(examples=["EUR"])
    per_minute: float
    amount: float


class BatchOut(BaseModel):
    """What starting would mean, at this moment."""

    items: list[WaitingOut]
    count: int = Field(description="Recordings that would be transcribed.")
    duplicates: int = Field(description="Recordings that are here already, counted or not.")
    audio_minutes: float = Field(description="Of those whose length is known.")
    unknown_lengths: int = Field(description="Recordings that do not tell how long they are.")
    cost: CostOut | None = Field(description="Null: no price is set.")
    finish_in_s: float | None = Field(description="Seconds until all are ready; null: none.")
    finish_at: datetime | None
    deletion_at: datetime | None = Field(
        description="When the last of them will be deleted; null: they are kept."
    )
    fits: int = Field(description="So many of them the queue takes now; the others later.")
    model: str
    realtime_factor: float = Field(description="Audio seconds recognised a second.")
    measured: bool = Field(description="False while no measurement of this model exists here.")
    location: str = Field(examples=["this computer"])


class StartedOut(BaseModel):
    recording: str
    transcription: str
    name: str


class LeftOut(BaseModel):
    """It waits on: what was not started, and why."""

    recording: str
    name: str
    code: Literal["excluded", "duplicate", "queue_full"]
    detail: str


class StartOut(BaseModel):
    started: list[StartedOut]
    left_out: list[LeftOut]
