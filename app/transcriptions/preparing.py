"""Attempts at preparing a job: leased to one process, kept alive, ended in one place.

The caller decodes and cuts; here is decided whose job it is and what of it is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.clock import now
from app.ids import new_id
from app.outbox.service import wake
from app.outbox.tables import Topic
from app.recordings.tables import Recording
from app.telemetry.service import machine_class, process_name
from app.transcriptions.finish import finish_if_complete
from app.transcriptions.service import locked
from app.transcriptions.tables import (
    Attempt,
    AttemptState,
    SkippedRow,
    Stage,
    Status,
    Transcription,
    WindowRow,
)


class LeaseLost(Exception):
    """The job was cancelled, deleted or given to another process: stop working on it."""


@dataclass(frozen=True, slots=True)
class Preparation:
    """A leased attempt: what to decode, and how far an earlier attempt came."""

    attempt_id: str
    fence: int
    transcription_id: str
    storage_key: str
    model: str
    known_windows: frozenset[int]


@dataclass(frozen=True, slots=True)
class NewWindow:
    """A window as the preparing process found it. Times in seconds of the recording."""

    number: int
    start_s: float
    end_s: float
    speech_s: float
    strict_speech: list[tuple[float, float]]
    pieces: list[tuple[float, float, float]]
    audio_key: str
    samples_sha256: str


@dataclass(frozen=True, slots=True)
class Decoded:
    """What is known once the whole recording was decoded."""

    duration_s: float
    samples_sha256: str
    complete: bool
    skipped: list[tuple[float, float, float]]
    """Triples (start_s, end_s, level_dbfs)."""
    playback_key: str | None = None


def begin(session: Session, transcription_id: str, lease_s: float, code: str) -> Preparation | None:
    """Lease the job for preparation; None when it is over, prepared or somebody else's.

    A message that is delivered twice, late or for a deleted job therefore does nothing.
    """
    # Ch 12 · Scaling the System: a second delivery of the same message finds the lease taken
    job = session.get(Transcription, transcription_id, with_for_update=True)
    if job is None or job.status.ended:
        return None
    if job.prepared:
        _show_running(job)
        wake(session, Topic.RECOGNISE, job.id)
        finish_if_complete(session, job)
        return None
    if _leased(session, transcription_id):
        return None
    numbers = select(func.coalesce(func.max(Attempt.number), 0)).where(
        Attempt.transcription_id == transcription_id
    )
    number = 1 + int(session.exec(numbers).one())
    attempt = Attempt(
        id=new_id("att"),
        organisation_id=job.organisation_id,
        transcription_id=job.id,
        number=number,
        process=process_name("media"),
        machine=machine_class(),
        lease_until=_until(lease_s),
    )
    session.add(attempt)
    _show_running(job)
    job.code_version = code
    recording = session.get_one(Recording, job.recording_id)
    known = session.exec(select(WindowRow.number).where(WindowRow.transcription_id == job.id))
    return Preparation(
        attempt_id=attempt.id,
        fence=attempt.fence,
        transcription_id=job.id,
        storage_key=recording.storage_key,
        model=job.model,
        known_windows=frozenset(known),
    )


def _show_running(job: Transcription) -> None:
    job.status = Status.RUNNING
    job.stage = Stage.RECOGNISING if job.prepared else Stage.PREPARING
    job.started_at = job.started_at or now()
    job.revision += 1


def _leased(session: Session, transcription_id: str) -> bool:
    running = session.exec(
        select(Attempt.id).where(
            Attempt.transcription_id == transcription_id,
            Attempt.state == AttemptState.RUNNING,
            col(Attempt.lease_until) > now(),
        )
    ).first()
    return running is not None


def _until(lease_s: float) -> datetime:
    return now() + timedelta(seconds=lease_s)


def _held(session: Session, held: Preparation) -> tuple[Attempt, Transcription]:
    """The attempt and its job, if this process still holds them. Raises `LeaseLost`."""
    attempt = session.get(Attempt, held.attempt_id, with_for_update=True)
    if attempt is None or attempt.state is not AttemptState.RUNNING or attempt.fence != held.fence:
        raise LeaseLost(held.transcription_id)
    return attempt, locked(session, held.transcription_id)


def keep_alive(session: Session, held: Preparation, lease_s: float) -> None:
    """Prolong the lease. Raises `LeaseLost`."""
    attempt, _ = _held(session, held)
    attempt.lease_until = _until(lease_s)


def add_windows(
    session: Session, held: Preparation, windows: list[NewWindow], lease_s: float
) -> None:
    """Make windows available to the recogniser. Raises `LeaseLost`."""
    attempt, job = _held(session, held)
    attempt.lease_until = _until(lease_s)
    for window in windows:
        session.add(
            WindowRow(
                id=new_id("win"),
                organisation_id=job.organisation_id,
                owner_id=job.owner_id,
                transcription_id=job.id,
                number=window.number,
                start_s=window.start_s,
                end_s=window.end_s,
                speech_s=window.speech_s,
                strict_speech=[list(span) for span in window.strict_speech],
                pieces=[list(piece) for piece in window.pieces],
                audio_key=window.audio_key,
                samples_sha256=window.samples_sha256,
            )
        )
    if job.stage is not Stage.RECOGNISING:
        job.stage = Stage.RECOGNISING
        job.revision += 1
        wake(session, Topic.RECOGNISE, job.id)


def finish(session: Session, held: Preparation, decoded: Decoded) -> None:
    """The recording was decoded to its end. Raises `LeaseLost`."""
    attempt, job = _held(session, held)
    attempt.state = AttemptState.PREPARED
    attempt.finished_at = now()
    recording = session.get_one(Recording, job.recording_id)
    recording.duration_s = job.duration_s = decoded.duration_s
    recording.samples_sha256 = decoded.samples_sha256
    recording.complete = decoded.complete
    recording.playback_key = recording.playback_key or decoded.playback_key
    for start_s, end_s, level in decoded.skipped:
        session.add(
            SkippedRow(
                id=new_id("skip"),
                organisation_id=job.organisation_id,
                transcription_id=job.id,
                start_s=start_s,
                end_s=end_s,
                level_dbfs=level,
            )
        )
    job.prepared = True
    job.revision += 1
    session.flush()
    finish_if_complete(session, job)


def fail(session: Session, held: Preparation, code: str, message: str, *, retryable: bool) -> None:
    """End the attempt and the job with an error. Raises `LeaseLost`."""
    attempt, job = _held(session, held)
    attempt.state = AttemptState.FAILED
    attempt.finished_at = now()
    attempt.error = f"{code}: {message}"
    job.status = Status.FAILED
    job.finished_at = now()
    job.error_code, job.error_message, job.error_retryable = code, message, retryable
    job.revision += 1
