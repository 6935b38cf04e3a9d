"""How far a project is: counted from its transcripts whenever somebody asks."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from sqlmodel import Session, col, func, select

from app.projects.price import cost
from app.projects.retention import next_deletion
from app.projects.schemas import PriceOut, ProgressOut
from app.projects.tables import Project, ProjectRecording
from app.settings import Settings
from app.transcriptions.finish_time import START_S, audio_ahead_s, length_of_job, rtfx
from app.transcriptions.tables import Status, Transcription

_UNFINISHED: Final = (Status.QUEUED, Status.RUNNING)


def progress(session: Session, settings: Settings, project: Project) -> ProgressOut:
    """Counts, seconds, when it is ready, what it costs, what is deleted next."""
    rows = session.execute(
        select(
            Transcription.status,
            func.count(),
            func.coalesce(func.sum(Transcription.duration_s), 0.0),
            func.coalesce(func.sum(Transcription.done_s), 0.0),
        )
        .where(Transcription.project_id == project.id)
        .group_by(col(Transcription.status))
    ).all()
    jobs: Counter[Status] = Counter({status: count for status, count, _, _ in rows})
    wanted = [row for row in rows if row[0] in (*_UNFINISHED, Status.SUCCEEDED)]
    audio_s = sum(row[2] for row in wanted)
    finished_s = sum(row[2] for row in wanted if row[0] is Status.SUCCEEDED)
    return ProgressOut(
        waiting=_waiting(session, project),
        queued=jobs[Status.QUEUED],
        running=jobs[Status.RUNNING],
        succeeded=jobs[Status.SUCCEEDED],
        failed=jobs[Status.FAILED],
        cancelled=jobs[Status.CANCELLED],
        audio_s=round(audio_s, 3),
        done_s=round(sum(row[3] for row in wanted), 3),
        eta_seconds=_eta_s(session, project, begun=bool(jobs[Status.RUNNING])),
        next_deletion_at=next_deletion(session, project),
        price=_price(settings, finished_s, audio_s),
    )


def _waiting(session: Session, project: Project) -> int:
    query = select(func.count()).where(ProjectRecording.project_id == project.id)
    return session.exec(query).one()


def _eta_s(session: Session, project: Project, *, begun: bool) -> float | None:
    """As for one recording as long as all that is left (app/transcriptions/finish_time.py)."""
    left: Any = length_of_job() - col(Transcription.done_s)
    rows = session.execute(
        select(Transcription.model, func.sum(left))
        .where(Transcription.project_id == project.id)
        .where(col(Transcription.status).in_(_UNFINISHED))
        .group_by(col(Transcription.model))
    ).all()
    if not rows:
        return None
    left_s = sum(max(0.0, seconds) for _, seconds in rows)
    work_s = sum(max(0.0, seconds) / rtfx(session, model)[0] for model, seconds in rows)
    pace = work_s / left_s if left_s else 0.0
    # What is ahead of all of it together: itself, and of everybody else no more than that
    ahead_s = audio_ahead_s(session, project.owner_id, left_s)
    return round((0.0 if begun else START_S) + ahead_s * pace, 1)


def _price(settings: Settings, finished_s: float, audio_s: float) -> PriceOut | None:
    so_far, total = cost(settings, finished_s), cost(settings, audio_s)
    if settings.price_per_minute is None or so_far is None or total is None:
        return None
    return PriceOut(
        currency=settings.currency,
        per_minute=float(settings.price_per_minute),
        so_far=so_far,
        total=total,
    )
