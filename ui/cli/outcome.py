"""What was asked, and what came of each file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ui.cli.exits import Exit


@dataclass(frozen=True, slots=True)
class Asked:
    """The file as it was asked for, not checked yet; `settings` are `OPTION=VALUE`."""

    format: str = "txt"
    preset: str | None = None
    settings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """A file that there is."""

    name: str
    suffix: str
    binary: bool
    report: bool
    params: Mapping[str, str]
    """The query of the export."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options of `transcribe` that decide what is heard."""

    language: str | None = None
    model: str | None = None
    keywords: tuple[str, ...] = ()
    domain: str | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done with every file."""

    wanted: Wanted
    chosen: Chosen
    force: bool = False


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

    content: bytes
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

    def as_json(self, format: str) -> dict[str, Any]:
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
            content = self.transcript.content.decode()
            told["transcript"] = json.loads(content) if format == "json" else content
        return told


def exit_of(items: Sequence[Item]) -> Exit:
    return Exit.FINE if all(item.status == "succeeded" for item in items) else Exit.SOME_FAILED
