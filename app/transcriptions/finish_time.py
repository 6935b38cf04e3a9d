"""When a transcript will be ready: audio that waits, by the speed measured on this machine."""

from __future__ import annotations

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.recordings.schemas import Estimate
from app.settings import Settings
from app.telemetry.tables import SpeedRow
from app.transcriptions.tables import Status, Transcription

ASSUMED_RTFX = {"whisper-base": 15.0, "tiny.en": 35.0}
"""Until a first recording has been measured: half of what two cores reached in our benchmark."""
ASSUMED_OTHER = 2.0
START_S = 1.5
"""Waking the workers and decoding the first seconds."""


def rtfx(session: Session, model: str) -> tuple[float, bool]:
    """Audio seconds a second of `model` here, and whether that was measured."""
    speed = session.exec(
        select(SpeedRow.rtfx)
        .where(SpeedRow.model == model)
        .order_by(col(SpeedRow.measured_at).desc())
    ).first()
    if speed is not None:
        return speed, True
    return ASSUMED_RTFX.get(model, ASSUMED_OTHER), False


def waiting_audio_s(session: Session, before: Transcription | None = None) -> float:
    """Seconds of audio that will be recognised before `before` (or before a new job)."""
    # Jobs share the recogniser, so an older, longer job delays a younger one at most by as much
    # audio as the younger one has itself.
    query = select(
        func.coalesce(func.sum(col(Transcription.duration_s) - col(Transcription.done_s)), 0.0)
    )
    query = query.where(col(Transcription.status).in_([Status.QUEUED, Status.RUNNING]))
    if before is not None:
        query = query.where(col(Transcription.created_at) < before.created_at)
    return max(0.0, session.exec(query).one() or 0.0)


def eta_s(session: Session, job: Transcription) -> float | None:
    """Seconds until `job` is ready, or None when it is over or its length is unknown."""
    if job.status.ended or job.duration_s is None:
        return None
    own = max(0.0, job.duration_s - job.done_s)
    ahead = min(waiting_audio_s(session, before=job), own)
    speed, _ = rtfx(session, job.model)
    start = START_S if job.status is Status.QUEUED else 0.0
    return round(start + (own + ahead) / speed, 1)


def estimate(session: Session, settings: Settings, model: str, duration_s: float) -> Estimate:
    """What to tell somebody before the start."""
    speed, measured = rtfx(session, model)
    ahead = min(waiting_audio_s(session), duration_s)
    return Estimate(
        model=model,
        audio_minutes=round(duration_s / 60, 2),
        queue_minutes=round(ahead / 60, 2),
        finish_in_s=round(START_S + (duration_s + ahead) / speed, 1),
        realtime_factor=round(speed, 1),
        measured=measured,
        location="this computer" if settings.mode == "local" else "this server",
    )


def queue_position(session: Session, job: Transcription) -> int | None:
    """1 is next; None once it has begun."""
    if job.status is not Status.QUEUED:
        return None
    earlier = select(func.count()).where(
        Transcription.status == Status.QUEUED,
        (col(Transcription.priority) > job.priority)
        | (
            (col(Transcription.priority) == job.priority)
            & (col(Transcription.created_at) < job.created_at)
        ),
    )
    return 1 + int(session.exec(earlier).one())
