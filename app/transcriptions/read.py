"""From rows to what a reader sees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, Protocol

from sqlalchemy import Row, func
from sqlmodel import Session, col, select

from app.domains.tables import Domain, Glossary
from app.recordings.tables import Recording
from app.releases.tables import ModelVersion
from app.transcriptions.entity_tags import segment_tag
from app.transcriptions.finish_time import eta_s, queue_position
from app.transcriptions.schemas import (
    DomainUsedOut,
    ErrorOut,
    EventOut,
    FallbackOut,
    FeaturesOut,
    ModelOut,
    SegmentOut,
    SkippedOut,
    TranscriptionOut,
    TranscriptionSummary,
    WordOut,
)
from app.transcriptions.tables import (
    SegmentRow,
    SkippedRow,
    Stage,
    Status,
    Transcription,
    WindowRow,
    WindowState,
)

AT_ONCE = 100
"""Segments taken from the database at a time."""
NO_SPEECH = "No speech was found in this recording."
ENDS_EARLY = (
    "The file ends before the audio it announces: it was probably cut off while it was copied or"
    " recorded. What is there was transcribed."
)


def summary(session: Session, job: Transcription) -> TranscriptionSummary:
    return TranscriptionSummary(**_summary_fields(session, job))


class Said(Protocol):
    """What the plain text is made of."""

    @property
    def speaker(self) -> str | None: ...

    @property
    def text(self) -> str: ...


def whole(session: Session, job: Transcription) -> TranscriptionOut:
    """The job with its text, complete or as far as it has come.

    Ten hours of words weigh a hundred megabytes as objects; who only wants to pass them on takes
    `without_segments` and `segments`.
    """
    found = list(segments(session, job.id))
    return without_segments(session, job).model_copy(update={"segments": found})


def without_segments(session: Session, job: Transcription) -> TranscriptionOut:
    """Everything about the job but its segments, of which there are none in it."""
    return TranscriptionOut(
        **_summary_fields(session, job),
        text=job.text if job.text is not None else text_of(session, job.id),
        segments=[],
        skipped=_skipped(session, job.id),
        fallbacks=_fallbacks(session, job),
        warnings=_warnings(session, job),
        options=job.options,
        instead_of=job.instead_of,
        features=features_used(session, job.id),
    )


def event(session: Session, job: Transcription) -> EventOut:
    """The job as an event says it."""
    return EventOut(
        **{k: v for k, v in _summary_fields(session, job).items() if k in EventOut.model_fields}
    )


def segments(session: Session, transcription_id: str) -> Iterator[SegmentOut]:
    """In the order of the recording, some at a time: to be taken while the session is open."""
    # Ch 12 · Scaling the System: a transcript is read and sent in pieces, so hours of it fit anywhere
    columns = (
        SegmentRow.id,
        SegmentRow.start_s,
        SegmentRow.end_s,
        SegmentRow.text,
        SegmentRow.speaker,
        SegmentRow.words,
        SegmentRow.flags,
        SegmentRow.changed,
        SegmentRow.revision,
    )
    rows = session.execute(
        _in_order(transcription_id).with_only_columns(*map(col, columns)),
        execution_options={"yield_per": AT_ONCE},
    )
    yield from map(segment, rows)


def said(session: Session, transcription_id: str) -> Iterator[SegmentOut]:
    """The segments without those that a person emptied: nothing was said there."""
    return (each for each in segments(session, transcription_id) if each.text)


def text_of(session: Session, transcription_id: str) -> str:
    """The text alone, without looking at a single word's times."""
    columns = (col(SegmentRow.speaker), col(SegmentRow.text))
    rows = session.execute(_in_order(transcription_id).with_only_columns(*columns))
    return plain_text(rows)


def _in_order(transcription_id: str) -> Any:
    return (
        select(SegmentRow)
        .where(SegmentRow.transcription_id == transcription_id, col(SegmentRow.shown))
        .order_by(col(SegmentRow.start_s), col(SegmentRow.id))
    )


def plain_text(said: Iterable[Said]) -> str:
    """One paragraph for each speaker's turn, or one in all while speakers are unknown."""
    turns = groupby((each for each in said if each.text), key=lambda each: each.speaker)
    return "\n\n".join(" ".join(each.text for each in turn) for _, turn in turns)


def error_of(job: Transcription) -> ErrorOut | None:
    if job.error_code is None:
        return None
    return ErrorOut(
        code=job.error_code, message=job.error_message or "", retryable=job.error_retryable
    )


def _summary_fields(session: Session, job: Transcription) -> dict[str, Any]:
    return {
        "id": job.id,
        "name": job.name,
        "status": job.status,
        "stage": job.stage,
        "progress": _progress(job),
        "done_s": round(job.done_s, 3),
        "duration": job.duration_s,
        "eta_seconds": eta_s(session, job),
        "queue_position": queue_position(session, job),
        "model": ModelOut(name=job.model, version=job.model_version),
        "language": job.language,
        "error": error_of(job),
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
        "revision": job.revision,
        "domain": _domain(session, job),
        "recording_id": job.recording_id,
        "first_s": job.first_s,
        "corrected": job.corrected,
        "final_at": job.final_at,
        "project": job.project_id,
    }


def _progress(job: Transcription) -> float:
    if job.status is Status.SUCCEEDED:
        return 1.0
    if not job.duration_s:
        return 0.0
    return round(min(1.0, job.done_s / job.duration_s), 4)


def segment(row: Row[Any] | SegmentRow) -> SegmentOut:
    """One as it is now."""
    return SegmentOut(
        id=row.id,
        start=row.start_s,
        end=row.end_s,
        text=row.text,
        speaker=row.speaker,
        words=[word(*each) for each in row.words],
        flags=list(row.flags),
        edited=row.changed,
        etag=segment_tag(row.id, row.revision),
    )


def word(
    text: str,
    start_s: float,
    end_s: float,
    probability: float,
    heard: str | None = None,
    edited: bool = False,
) -> WordOut:
    """One as a segment keeps it."""
    return WordOut(
        word=text, start=start_s, end=end_s, probability=probability, heard=heard, edited=edited
    )


def _skipped(session: Session, transcription_id: str) -> list[SkippedOut]:
    rows = session.exec(
        select(SkippedRow)
        .where(SkippedRow.transcription_id == transcription_id)
        .order_by(col(SkippedRow.start_s))
    )
    return [SkippedOut(start=r.start_s, end=r.end_s, level_dbfs=r.level_dbfs) for r in rows]


def _fallbacks(session: Session, job: Transcription) -> list[FallbackOut]:
    # Ch 7 · Planning for Mistakes: a window that another model had to recognise says so
    rows = session.exec(
        select(WindowRow)
        .where(WindowRow.transcription_id == job.id, WindowRow.rung > 0)
        .where(col(WindowRow.state).in_([WindowState.DONE, WindowState.FAILED]))
        .order_by(col(WindowRow.number))
    )
    return [
        FallbackOut(
            start=row.start_s,
            end=row.end_s,
            model=(row.result or {}).get("model"),
            reason=row.error or "the model asked for failed",
        )
        for row in rows
    ]


def features_used(session: Session, transcription_id: str) -> FeaturesOut | None:
    """What was still kept of an earlier hearing; None: everything was computed anew."""
    saved = col(WindowRow.result)["features_saved_s"].as_float()
    query = select(func.count(saved), func.sum(saved)).where(
        WindowRow.transcription_id == transcription_id
    )
    reused, seconds = session.execute(query).one()
    return FeaturesOut(reused=reused, seconds_saved=round(seconds, 2)) if reused else None


def _domain(session: Session, job: Transcription) -> DomainUsedOut | None:
    domain = session.get(Domain, job.domain_id) if job.domain_id else None
    if domain is None:
        return None
    terms = session.get(Glossary, job.glossary_id) if job.glossary_id else None
    made = session.get(ModelVersion, job.model_version_id) if job.model_version_id else None
    return DomainUsedOut(
        name=domain.name,
        glossary_version=terms.number if terms else None,
        model_version=made.number if made else None,
    )


def _warnings(session: Session, job: Transcription) -> list[str]:
    warnings = []
    over = job.status is Status.SUCCEEDED and job.stage is Stage.DONE
    if over and not job.text and not job.corrected:
        warnings.append(NO_SPEECH)
    recording = session.get(Recording, job.recording_id)
    # Of a part, nobody has come to the end of the file
    if recording is not None and not recording.complete and job.part_sha256 is None:
        warnings.append(ENDS_EARLY)
    return warnings
