"""How an attempt at preparing a job ends before its time: failed, handed back, or lost."""

from __future__ import annotations

from sqlmodel import Session, col, func, select

from app.clock import now
from app.outbox.service import wake
from app.outbox.tables import Topic
from app.transcriptions.tables import Attempt, AttemptState, Stage, Status, Transcription
from app.transcriptions.telling import tell_over


def fail(
    session: Session,
    attempt: Attempt,
    job: Transcription,
    code: str,
    message: str,
    *,
    retryable: bool,
) -> None:
    """End the attempt and the job with an error. The caller holds both rows."""
    _end(attempt, AttemptState.FAILED, f"{code}: {message}")
    _fail_job(session, job, code, message, retryable=retryable)


def hand_back(session: Session, attempt: Attempt, job: Transcription, why: str) -> None:
    """Somebody else may go on, at once; this attempt is not counted."""
    _end(attempt, AttemptState.HANDED_BACK, why)
    job.revision += 1
    wake(session, Topic.PREPARE, job.id)


def put_off(attempt: Attempt, job: Transcription, why: str) -> None:
    """Nobody can go on at present, through no fault of the recording: it waits in the queue.

    The dispatcher wakes the workers for it from time to time.
    """
    _end(attempt, AttemptState.HANDED_BACK, why)
    job.stage = Stage.QUEUED
    job.revision += 1


def lose(
    session: Session,
    attempt: Attempt,
    job: Transcription,
    *,
    max_attempts: int,
    why: str,
    code: str = "preparation_failed",
) -> None:
    """The process or its decoder died over the recording: try again, or set it aside.

    Whether the recording is to blame cannot be told from one death; from `max_attempts` of them
    it is believed, and the recording is put into quarantine instead of killing one more.
    """
    # Ch 7 · Planning for Mistakes: a recording that keeps killing its decoder is set aside
    _end(attempt, AttemptState.LOST, why)
    if job.status.ended:
        return
    session.flush()
    losses = session.exec(
        select(func.count(col(Attempt.id))).where(
            Attempt.transcription_id == job.id,
            Attempt.retry == job.retries,
            Attempt.state == AttemptState.LOST,
        )
    ).one()
    if losses < max_attempts:
        job.revision += 1
        wake(session, Topic.PREPARE, job.id)
        return
    message = (
        f"Decoding this recording was given up after {losses} tries: {why}. The recording is kept"
        " and was set aside; other recordings are not affected. Export it as WAV or FLAC and send"
        " that, or try again."
    )
    _fail_job(session, job, code, message, retryable=True)


def _end(attempt: Attempt, state: AttemptState, why: str) -> None:
    attempt.state = state
    attempt.finished_at = now()
    attempt.error = why


def _fail_job(
    session: Session, job: Transcription, code: str, message: str, *, retryable: bool
) -> None:
    job.status = Status.FAILED
    job.finished_at = now()
    job.error_code, job.error_message, job.error_retryable = code, message, retryable
    job.revision += 1
    tell_over(session, job)
