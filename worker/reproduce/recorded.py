"""What the database knows of how a transcript came to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from app.recordings.tables import Recording
from app.review.snapshots import as_recognised
from app.transcriptions.tables import SegmentRow, Status, Transcription, WindowRow
from worker.pipeline.repair import terms_of
from worker.pipeline.types import StoredWord


class Refused(Exception):
    """Nothing can be compared; the message says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Said:
    """A segment as it was recognised, whatever a person made of it since."""

    start_s: float
    end_s: float
    text: str
    words: tuple[StoredWord, ...]
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordedWindow:
    number: int
    start_s: float
    end_s: float
    samples_sha256: str
    segments: tuple[Said, ...]
    result: dict[str, Any] | None
    """What made it: model, language asked for, scores …; None: no rung could do it."""
    language_asked: str | None


@dataclass(frozen=True, slots=True)
class Recorded:
    id: str
    name: str
    model: str
    keywords: tuple[str, ...]
    repair: tuple[tuple[str, str], ...]
    languages: tuple[str, ...]
    task: str
    prompt: str
    storage_key: str
    samples_sha256: str | None
    """Of what was heard, which for a preview is `first_s` seconds at most."""
    first_s: float | None
    duration_s: float
    code_version: str | None
    windows: tuple[RecordedWindow, ...]


def recorded(session: Session, transcription_id: str) -> Recorded:
    """Raises `Refused`: there is none, it is not finished, or its recording is gone."""
    job = session.get(Transcription, transcription_id)
    if job is None:
        raise Refused("not_found", f"There is no transcription {transcription_id}.")
    if job.status is not Status.SUCCEEDED:
        raise Refused("not_ready", f"The transcription is {job.status}: there is no transcript.")
    recording = session.get(Recording, job.recording_id)
    if recording is None:
        raise Refused("recording_missing", "Its recording was deleted; it cannot be made again.")
    rows = session.exec(
        select(WindowRow)
        .where(WindowRow.transcription_id == job.id)
        .order_by(col(WindowRow.number))
    )
    segments = _segments(session, job.id)
    return Recorded(
        id=job.id,
        name=job.name,
        model=job.model,
        keywords=tuple(job.options.get("keywords", ())),
        repair=terms_of(job.options),
        languages=tuple(job.options.get("languages", ())),
        task=job.options.get("task", "transcribe"),
        prompt=job.options.get("prompt", ""),
        storage_key=recording.storage_key,
        samples_sha256=job.part_sha256 or recording.samples_sha256,
        first_s=job.first_s,
        duration_s=job.duration_s or 0.0,
        code_version=job.code_version,
        windows=tuple(_window(job, row, segments.get(row.id, [])) for row in rows),
    )


def _segments(session: Session, transcription_id: str) -> dict[str, list[Said]]:
    of_window: dict[str, list[Said]] = {}
    query = select(SegmentRow).where(SegmentRow.transcription_id == transcription_id)
    for row in session.exec(query):
        found = as_recognised(row)
        if found is None:  # a person made it out of another
            continue
        words = tuple((w, a, b, p, *heard) for w, a, b, p, *heard in found.words)
        said = Said(found.start_s, found.end_s, found.text, words, found.flags)
        of_window.setdefault(row.window_id, []).append(said)
    return of_window


def _window(job: Transcription, row: WindowRow, segments: list[Said]) -> RecordedWindow:
    result = row.result
    before = job.language if row.number else None  # as jobs of earlier versions were heard
    asked = job.options.get("language") or before
    if result is not None and "language_asked" in result:
        asked = result["language_asked"]
    return RecordedWindow(
        number=row.number,
        start_s=row.start_s,
        end_s=row.end_s,
        samples_sha256=row.samples_sha256,
        segments=in_order(segments),
        result=result,
        language_asked=asked,
    )


def in_order(segments: list[Said]) -> tuple[Said, ...]:
    return tuple(sorted(segments, key=lambda said: (said.start_s, said.end_s, said.text)))
