"""What was asked, and what came of each file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from ui.cli.exits import Exit


class Format(StrEnum):
    TXT = "txt"
    SRT = "srt"
    VTT = "vtt"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options of `transcribe` that decide what is written."""

    language: str | None = None
    model: str | None = None
    keywords: tuple[str, ...] = ()
    domain: str | None = None
    format: Format = Format.TXT


@dataclass(frozen=True, slots=True)
class Failure:
    """`message` says what happened, what is safe and what to do."""

    code: str
    message: str
    retryable: bool = False


class Refused(Exception):
    """A file from which no transcript came; the other files go on."""

    def __init__(self, failure: Failure, status: str = "failed") -> None:
        super().__init__(failure.message)
        self.failure = failure
        self.status = status


@dataclass(frozen=True, slots=True)
class Transcript:
    """A rendered transcript and what a person should know about it."""

    content: str
    duration_s: float | None
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Item:
    """One file of the command line on its way."""

    path: Path
    target: Path | None
    """None: standard output."""
    id: str | None = None
    status: str = "waiting"
    """`succeeded`, `failed`, `cancelled`; `waiting` only while it is on its way."""
    error: Failure | None = None
    transcript: Transcript | None = None
    written: bool = field(default=False)

    @property
    def over(self) -> bool:
        return self.status != "waiting"

    def fail(self, failure: Failure, status: str = "failed") -> None:
        self.error, self.status = failure, status

    def as_json(self, format: Format) -> dict[str, Any]:
        error = self.error
        told: dict[str, Any] = {
            "file": str(self.path),
            "id": self.id,
            "status": self.status,
            "output": str(self.target) if self.written else None,
            "error": error
            and {"code": error.code, "message": error.message, "retryable": error.retryable},
            "warnings": list(self.transcript.notes) if self.transcript else [],
        }
        if self.transcript is not None and self.target is None:
            content = self.transcript.content
            told["transcript"] = json.loads(content) if format is Format.JSON else content
        return told


def exit_of(items: Sequence[Item]) -> Exit:
    return Exit.FINE if all(item.status == "succeeded" for item in items) else Exit.SOME_FAILED
