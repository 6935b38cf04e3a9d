"""Transcriptions as they go over the wire. Times are seconds of the recording."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.transcriptions.tables import Stage, Status


class WordOut(BaseModel):
    word: str
    start: float
    end: float
    probability: float = Field(ge=0, le=1)
    heard: str | None = Field(
        default=None, description="What was recognised, where a term of the domain stands instead."
    )
    edited: bool = Field(
        default=False,
        description="A person wrote it; its time is that of what it replaced, its probability 1.",
    )


class SegmentOut(BaseModel):
    id: str = Field(description="Stable: edits and links refer to it.")
    start: float
    end: float
    text: str
    speaker: str | None = None
    words: list[WordOut]
    flags: list[str] = Field(
        description="Doubts about it: `low_confidence`, `repetition`, `no_speech_detected`,"
        " `too_fast`, `missed_speech`, `inaudible`, `failed`; `repaired`: it has a term in the"
        " place of words that sound like it."
    )
    edited: bool = Field(
        default=False, description="A person changed it; what the machine heard is kept."
    )
    etag: str | None = Field(
        default=None, description="Of this state of it; give it as `If-Match` to change it."
    )


class SkippedOut(BaseModel):
    start: float
    end: float
    level_dbfs: float = Field(description="How loud the skipped stretch is (root mean square).")


class ModelOut(BaseModel):
    name: str
    version: str | None = Field(description="SHA-256 of the weights.")


class DomainUsedOut(BaseModel):
    """What of a domain went into a transcript."""

    name: str
    glossary_version: int | None
    model_version: int | None = Field(description="Null: the parent, without an adapter.")


class FallbackOut(BaseModel):
    start: float
    end: float
    model: str | None = Field(description="What recognised it instead; null: nothing did.")
    reason: str


class FeaturesOut(BaseModel):
    """What was not computed again because the recording had been heard shortly before."""

    reused: int = Field(description="Windows whose encoder features were still kept.")
    seconds_saved: float = Field(description="Computing time that making them had taken.")


class ErrorOut(BaseModel):
    code: str
    message: str
    retryable: bool


class TranscriptionSummary(BaseModel):
    """A line of the list."""

    id: str
    name: str
    status: Status
    stage: Stage
    progress: float = Field(ge=0, le=1, description="Audio seconds done / duration.")
    done_s: float = Field(description="Audio seconds done.")
    duration: float | None
    eta_seconds: float | None = Field(description="Until the transcript is ready; null when over.")
    queue_position: int | None = Field(description="1 is next; null once it has begun.")
    model: ModelOut
    language: str | None
    error: ErrorOut | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    revision: int
    domain: DomainUsedOut | None = None
    recording_id: str
    first_s: float | None = Field(
        default=None, description="Of a preview: only so many seconds of the recording are heard."
    )
    corrected: int = Field(default=0, description="Segments that a person changed.")
    final_at: datetime | None = Field(
        default=None, description="When a person declared it final; it is not edited any more."
    )
    project: str | None = Field(default=None, description="Id of the project it belongs to.")


class TranscriptionOut(TranscriptionSummary):
    """The whole job; text and segments grow while it runs."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "tr_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f",
                    "name": "interview.opus",
                    "status": "succeeded",
                    "stage": "done",
                    "progress": 1.0,
                    "done_s": 4.2,
                    "duration": 4.2,
                    "eta_seconds": None,
                    "queue_position": None,
                    "model": {"name": "whisper-base", "version": "d01c30…"},
                    "language": "en",
                    "error": None,
                    "created_at": "2026-11-23T10:00:00Z",
                    "started_at": "2026-11-23T10:00:00Z",
                    "finished_at": "2026-11-23T10:00:02Z",
                    "revision": 5,
                    "recording_id": "rec_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f",
                    "text": "Thank you for coming.",
                    "segments": [
                        {
                            "id": "seg_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f",
                            "start": 0.4,
                            "end": 1.3,
                            "text": "Thank you for coming.",
                            "speaker": None,
                            "words": [
                                {"word": " Thank", "start": 0.4, "end": 0.6, "probability": 0.98}
                            ],
                            "flags": [],
                        }
                    ],
                    "skipped": [],
                    "fallbacks": [],
                    "warnings": [],
                    "options": {"language": None, "keywords": []},
                }
            ]
        }
    )

    text: str
    segments: list[SegmentOut]
    skipped: list[SkippedOut]
    fallbacks: list[FallbackOut]
    warnings: list[str] = Field(
        description="What a reader should know, e.g. that no speech was found."
    )
    options: dict[str, Any]
    instead_of: str | None = Field(
        default=None, description="The transcript of a withdrawn version that this one replaces."
    )
    features: FeaturesOut | None = Field(
        default=None, description="Null when everything was computed for this transcript."
    )


class TranscriptionPage(BaseModel):
    items: list[TranscriptionSummary]
    next: str | None = Field(description="Give it as `cursor` to get the following page.")


class EventOut(BaseModel):
    """What an event of `…/events` carries; `GET /v1/transcriptions/{id}` says the same."""

    id: str
    status: Status
    stage: Stage
    progress: float
    done_s: float
    duration: float | None
    eta_seconds: float | None
    queue_position: int | None
    error: ErrorOut | None
    revision: int
