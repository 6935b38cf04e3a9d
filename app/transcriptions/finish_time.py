"""When a transcript will be ready: audio that waits, by the speed measured on this machine.

Jobs share the recogniser, so another job delays this one by at most as much audio as this one has
itself; owners share it, so all jobs of another owner together delay it by no more than that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func
from sqlmodel import Session, col, select

from app.models.names import parent_of
from app.recordings.schemas import Estimate
from app.settings import Settings
from app.tables import LOCAL_ACCOUNT
from app.telemetry.tables import SpeedRow
from app.transcriptions.tables import Status, Transcription

ASSUMED_RTFX = {"whisper-base": 15.0, "tiny.en": 35.0}
"""Until a first recording has been measured: half of what two cores reached in our benchmark."""
ASSUMED_OTHER = 2.0
ASSUMED_LENGTH_S = 600.0
"""Of a recording that does not tell how long it is, until it has been decoded."""
START_S = 1.5
"""Waking the workers and decoding the first seconds."""


def assumed_length_s(duration_s: float | None) -> float:
    """Seconds to reckon with for a recording."""
    return ASSUMED_LENGTH_S if duration_s is None else duration_s


def length_of_job() -> ColumnElement[float]:
    """The same for a `Transcription`, in SQL."""
    return func.coalesce(col(Transcription.duration_s), ASSUMED_LENGTH_S)


@dataclass(frozen=True, slots=True)
class Load:
    """What an owner has in the queue: unfinished jobs, and the seconds they will take."""

    jobs: int
    work_s: float


def rtfx(session: Session, model: str) -> tuple[float, bool]:
    """Audio seconds a second of `model` here, and whether that was measured.

    An adapter that is new here is as fast as its parent: the merged model has the same shape.
    """
    for name in dict.fromkeys([model, parent_of(model)]):
        speed = session.exec(
            select(SpeedRow.rtfx)
            .where(SpeedRow.model == name)
            .order_by(col(SpeedRow.measured_at).desc())
        ).first()
        if speed is not None:
            return speed, True
    return ASSUMED_RTFX.get(parent_of(model), ASSUMED_OTHER), False


def backlog(session: Session) -> dict[str, Load]:
    """What waits or is being done, by owner."""
    rows = session.execute(
        select(Transcription.owner_id, Transcription.model, func.count(), func.sum(_left()))
        .where(_unfinished())
        .group_by(col(Transcription.owner_id), col(Transcription.model))
    ).all()
    speeds = {model: rtfx(session, model)[0] for model in {row[1] for row in rows}}
    found: dict[str, Load] = {}
    for owner_id, model, jobs, audio_s in rows:
        had = found.get(owner_id, Load(0, 0.0))
        found[owner_id] = Load(had.jobs + jobs, had.work_s + audio_s / speeds[model])
    return found


def _unfinished() -> ColumnElement[bool]:
    return col(Transcription.status).in_([Status.QUEUED, Status.RUNNING])


def _left() -> Any:
    """Audio of a job that is still to be dealt with, in seconds."""
    left = length_of_job() - col(Transcription.done_s)
    return case((left > 0, left), else_=0.0)


def audio_ahead_s(
    session: Session, owner_id: str, length_s: float, before: Transcription | None = None
) -> float:
    """Seconds of audio that will be recognised before `length_s` seconds of this owner are done.

    Of the owner's own jobs those count that were sent before `before` (all, for a new job).
    """
    at_most = case((_left() < length_s, _left()), else_=length_s)
    query = select(Transcription.owner_id, func.sum(at_most)).where(_unfinished())
    if before is not None:
        earlier = col(Transcription.created_at) < before.created_at
        query = query.where((col(Transcription.owner_id) != owner_id) | earlier)
        query = query.where(col(Transcription.id) != before.id)
    rows = session.execute(query.group_by(col(Transcription.owner_id))).all()
    shares = (ahead if owner == owner_id else min(ahead, length_s) for owner, ahead in rows)
    return float(sum(shares))


def eta_s(session: Session, job: Transcription) -> float | None:
    """Seconds until `job` is ready, or None when it is over or its length is unknown."""
    if job.status.ended or job.duration_s is None:
        return None
    own = max(0.0, job.duration_s - job.done_s)
    ahead = audio_ahead_s(session, job.owner_id, own, before=job)
    speed, _ = rtfx(session, job.model)
    start = START_S if job.status is Status.QUEUED else 0.0
    return round(start + (own + ahead) / speed, 1)


def estimate(
    session: Session,
    settings: Settings,
    model: str,
    duration_s: float,
    owner_id: str = LOCAL_ACCOUNT,
) -> Estimate:
    """What to tell somebody before the start."""
    speed, measured = rtfx(session, model)
    ahead = audio_ahead_s(session, owner_id, duration_s)
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
