"""Take back the work of processes that stopped giving signs of life."""

# Ch 13 · Planning for Operations: work whose process has died is found by its lease and done again

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from app.clock import now
from app.outbox.service import wake
from app.outbox.tables import OutboxRow, Topic
from app.telemetry.service import is_gone
from app.transcriptions.options import TINY
from app.transcriptions.recognising import NewSegment, give_up, step_down
from app.transcriptions.service import locked
from app.transcriptions.tables import (
    Attempt,
    AttemptState,
    Status,
    Transcription,
    WindowRow,
    WindowState,
)

FORGOTTEN_AFTER = timedelta(seconds=10)
"""A job that waits this long without a message on its way is told to the workers again."""


def take_back(session: Session, *, max_attempts: int) -> int:
    """Free what dead processes and expired leases hold; returns how many attempts and windows."""
    attempts = [
        attempt
        for attempt in session.exec(select(Attempt).where(Attempt.state == AttemptState.RUNNING))
        if _is_lost(attempt.lease_until, attempt.process)
    ]
    for attempt in attempts:
        _lost_attempt(session, attempt, max_attempts)
    windows = [
        row
        for row in session.exec(select(WindowRow).where(WindowRow.state == WindowState.RUNNING))
        if _is_lost(row.lease_until, row.process)
    ]
    for row in windows:
        _lost_window(session, row, max_attempts)
    return len(attempts) + len(windows)


def _is_lost(lease_until: datetime | None, process: str | None) -> bool:
    """The lease ran out, or its holder ran on this machine and is gone: no need to wait then."""
    return lease_until is None or lease_until < now() or is_gone(process or "")


def _lost_attempt(session: Session, attempt: Attempt, max_attempts: int) -> None:
    attempt.state = AttemptState.LOST
    attempt.finished_at = now()
    attempt.error = "the process that decoded it died or hung"
    job = locked(session, attempt.transcription_id)
    if job.status.ended:
        return
    if attempt.number >= max_attempts:
        job.status = Status.FAILED
        job.finished_at = now()
        job.error_code = "preparation_failed"
        job.error_message = (
            f"The process that decodes this recording died {attempt.number} times. The recording"
            " is kept and was set aside; other recordings are not affected."
        )
        job.error_retryable = True
        job.revision += 1
    else:
        wake(session, Topic.PREPARE, job.id)


def _lost_window(session: Session, row: WindowRow, max_attempts: int) -> None:
    job = locked(session, row.transcription_id)
    row.fence += 1
    row.lease_until = None
    row.error = "the process that recognised it died or hung"
    step_down(row, max_attempts, rungs(job))
    session.flush()
    if job.status.ended:
        return
    if row.state is WindowState.FAILED:
        gap = NewSegment(row.start_s, row.end_s, "[inaudible]", [], ["inaudible", "failed"])
        give_up(session, job, row, gap)
    else:
        wake(session, Topic.RECOGNISE, job.id)


def rungs(job: Transcription) -> int:
    """Models to try: the one asked for and, where English may be spoken, the smallest one."""
    language = job.options.get("language") or job.language
    return 1 if job.model == TINY or language not in (None, "en") else 2


def wake_forgotten(session: Session) -> int:
    """Wake the workers for jobs whose message was lost; returns how many."""
    waiting = session.exec(select(OutboxRow.payload).where(col(OutboxRow.sent_at).is_(None))).all()
    on_their_way = {payload.get("transcription_id") for payload in waiting}
    woken = 0
    for job in session.exec(
        select(Transcription).where(
            col(Transcription.status).in_([Status.QUEUED, Status.RUNNING]),
        )
    ):
        if job.id in on_their_way or _wait_of(job) < FORGOTTEN_AFTER:
            continue
        topic = _needs(session, job)
        if topic is not None:
            wake(session, topic, job.id)
            woken += 1
    return woken


def _wait_of(job: Transcription) -> timedelta:
    return now() - (job.started_at or job.created_at)


def _needs(session: Session, job: Transcription) -> Topic | None:
    """What nobody does for the job at present; None when all is in hand."""
    if not job.prepared:
        running = session.exec(
            select(Attempt.id).where(
                Attempt.transcription_id == job.id, Attempt.state == AttemptState.RUNNING
            )
        ).first()
        if running is None:
            return Topic.PREPARE
    states = set(
        session.exec(select(WindowRow.state).where(WindowRow.transcription_id == job.id).distinct())
    )
    if WindowState.PENDING in states and WindowState.RUNNING not in states:
        return Topic.RECOGNISE
    return None
