"""The results files as this package understands them (their format: `evaluation/runs/format.py`).

Fields that are not named here are passed on or ignored, so that the suite can say more than the
page needs.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from app.quality.files import Unreadable
from app.quality.schemas import ComparisonFigures, RunHeader, Summary

FORMAT: Final = 1
Counts = tuple[int, int, int, int]
"""Units of the reference, substitutions, deletions, insertions."""
HeardWord = tuple[str, float, float, Annotated[float | None, Field(ge=0, le=1)]]
"""Word, start and end in seconds of the recording, probability."""


class Document(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, protected_namespaces=())


class RecordingRow(Document):
    id: str
    audio: str = ""
    duration_s: float = 0.0
    fields: dict[str, Any] = {}
    error: str | None = None


class UtteranceRow(Document):
    id: str
    recording: str
    reference: str
    hypothesis: str
    speaker: str | None = None
    start_s: float = 0.0
    end_s: float = 0.0
    fields: dict[str, Any] = {}
    counts: dict[str, Counts] = {}
    words: list[HeardWord] = []


class RunFile(RunHeader):
    """A whole run."""

    recordings: list[RecordingRow]
    utterances: list[UtteranceRow]
    summary: Summary


class ChangedRow(Document):
    """An utterance that the two heard differently; `a` and `b` are what they heard."""

    id: str
    reference: str
    a: str
    b: str
    errors_a: int
    errors_b: int


class ComparisonFile(ComparisonFigures):
    """Two runs compared."""

    utterances_changed: list[ChangedRow] = Field(default_factory=list)


def read_run(document: Any) -> RunFile:
    """Raises `Unreadable` or pydantic's `ValidationError`."""
    if not isinstance(document, dict) or "utterances" not in document:
        raise Unreadable("it is not a results file of a run")
    if document.get("format") != FORMAT:
        raise Unreadable("it was written by another version of the suite; run it again")
    return RunFile.model_validate(document)


def read_comparison(document: Any) -> ComparisonFile:
    """Raises `Unreadable` or pydantic's `ValidationError`."""
    if not isinstance(document, dict) or "difference" not in document:
        raise Unreadable("it is not a comparison of two runs")
    return ComparisonFile.model_validate(document)
