"""Attempts at preparing a job: leased to one process, kept alive, ended in one place.

The caller decodes and cuts; here is decided whose job it is and what of it is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, select

from app.clock import now
from app.ids import new_id
from app.outbox.service import wake
from app.outbox.tables import Topic
from app.recordings.tables import Recording
from app.telemetry.service import machine_class, process_name
from app.transcriptions import attempts
from app.transcriptions.finish import finish_if_complete
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
    first_s: float | None
    """How much of the recording is to be heard; None: all of it."""
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
    """What is known once everything to be heard was decoded."""

    duration_s: float
    samples_sha256: str
    complete: bool
    """False when the file ends before the audio it announces."""
    skipped: list[tuple[float, float, float]]
    """Triples (start_s, end_s, level_dbfs)."""
    playback_key: str | None = None
    cut: bool = False
    """The end of a preview: nothing is known about the recording behind it."""


def begin(session: Session, transcription_id: str, code: str) -> Preparation | None:
    """Lease the job for preparation; None when it is over, prepared or somebody else's.

    A message that is delivered twice, late or for a deleted job therefore does nothing. A lease
    ends when its holder says so or the reaper takes it back, never by a time of day.
    """
    # Ch 12 · Scaling the System: a second delivery of the same message finds the lease taken
    job = session.get(Transcription, transcription_id, with_for_update=True)
    if job is None or job.status.ended or job.prepared or _leased(session, transcription_id):
        return None
    numbers = select(func.coalesce(func.max(Attempt.number), 0)).where(
        Attempt.transcription_id == transcription_id
    )
    attempt = Attempt(
        id=new_id("att"),
        organisation_id=job.organisation_id,
        transcription_id=job.id,
        number=1 + int(session.exec(numbers).one()),
        retry=job.retries,
        process=process_name("media"),
        machine=machine_class(),
    )
    session.add(attempt)
    job.status = Status.RUNNING
    job.stage = Stage.PREPARING
    job.started_at = job.started_at or now()
    job.revision += 1
    job.code_version = code
    recording = session.get_one(Recording, job.recording_id)
    known = session.exec(select(WindowRow.number).where(WindowRow.transcription_id == job.id))
    return Preparation(
        attempt_id=attempt.id,
        fence=attempt.fence,
        transcription_id=job.id,
        storage_key=recording.storage_key,
        model=job.model,
        first_s=job.first_s,
        known_windows=frozenset(known),
    )


def _leased(session: Session, transcription_id: str) -> bool:
    running = session.exec(
        select(Attempt.id).where(
            Attempt.transcription_id == transcription_id, Attempt.state == AttemptState.RUNNING
        )
    ).first()
    return running is not None


def _held(session: Session, held: Preparation) -> tuple[Attempt, Transcription]:
    """The attempt and its job, if this process still holds them. Raises `LeaseLost`."""
    job = session.get(Transcription, held.transcription_id, with_for_update=True)
    attempt = session.get(Attempt, held.attempt_id, with_for_update=True)
    if job is None or attempt is None:
        raise LeaseLost(held.transcription_id)
    if attempt.state is not AttemptState.RUNNING or attempt.fence != held.fence:
        raise LeaseLost(held.transcription_id)
    return attempt, job


def keep_alive(session: Session, held: Preparation) -> None:
    """Give a sign of life. Raises `LeaseLost`."""
    attempt, _ = _held(session, held)
    attempt.beats += 1


def add_windows(session: Session, held: Preparation, windows: list[NewWindow]) -> None:
    """Make windows available to the recogniser. Raises `LeaseLost`."""
    attempt, job = _held(session, held)
    attempt.beats += 1
    there = select(WindowRow.number).where(WindowRow.transcription_id == job.id)
    known = set(session.exec(there))  # of a commit whose answer was lost, for example
    for window in windows:
        if window.number in known:
            continue
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
    """The recording was decoded to its end, or that of the part. Raises `LeaseLost`."""
    ended = session.get(Attempt, held.attempt_id)
    if ended is not None and ended.state is AttemptState.PREPARED:
        return  # a commit whose answer was lost
    attempt, job = _held(session, held)
    attempt.state = AttemptState.PREPARED
    attempt.finished_at = now()
    job.duration_s = decoded.duration_s
    if decoded.cut:
        job.part_sha256 = decoded.samples_sha256
    else:
        _know(session.get_one(Recording, job.recording_id), decoded)
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


def _know(recording: Recording, decoded: Decoded) -> None:
    recording.duration_s = decoded.duration_s
    recording.samples_sha256 = decoded.samples_sha256
    recording.complete = decoded.complete
    recording.playback_key = recording.playback_key or decoded.playback_key


def fail(session: Session, held: Preparation, code: str, message: str, *, retryable: bool) -> None:
    """End the attempt and the job with an error. Raises `LeaseLost`."""
    attempt, job = _held(session, held)
    attempts.fail(session, attempt, job, code, message, retryable=retryable)


def hand_back(session: Session, held: Preparation, why: str) -> None:
    """Let somebody else go on, now. Raises `LeaseLost`."""
    attempts.hand_back(session, *_held(session, held), why)


def put_off(session: Session, held: Preparation, why: str) -> None:
    """Leave the job in the queue until it can be done. Raises `LeaseLost`."""
    attempts.put_off(*_held(session, held), why)


def lose(session: Session, held: Preparation, code: str, why: str, max_attempts: int) -> None:
    """The decoder died over the recording: again, or into quarantine. Raises `LeaseLost`."""
    attempt, job = _held(session, held)
    attempts.lose(session, attempt, job, max_attempts=max_attempts, why=why, code=code)
