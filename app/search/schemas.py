"""Hits as they go over the wire. Times are seconds of the recording."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class MarkOut(BaseModel):
    """A part of a snippet: characters (Unicode code points) `start` up to, not with, `end`."""

    start: int
    end: int


class SnippetOut(BaseModel):
    text: str = Field(description="What is said, cut around the match where it is long.")
    matches: list[MarkOut] = Field(description="Where the words asked for stand in `text`.")


class HitOut(BaseModel):
    transcription_id: str
    name: str = Field(description="Of the transcription.")
    created_at: datetime = Field(description="Of the transcription.")
    segment_id: str
    start: float
    end: float
    at: float = Field(description="When the first word that matches is said; `start` if unknown.")
    speaker: str | None
    snippet: SnippetOut


class HitPage(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "transcription_id": "tr_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f",
                            "name": "interview.opus",
                            "created_at": "2026-11-23T10:00:00Z",
                            "segment_id": "seg_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f",
                            "start": 61.2,
                            "end": 64.0,
                            "at": 62.1,
                            "speaker": None,
                            "snippet": {
                                "text": "Thank you for coming.",
                                "matches": [{"start": 14, "end": 20}],
                            },
                        }
                    ],
                    "next": None,
                }
            ]
        }
    )

    items: list[HitOut]
    next: str | None = Field(description="Give it as `cursor` to get the following page.")
