"""When finished transcripts of a project are deleted, and that they really are.

A transcript that is queued or being worked on is never due: its time begins when it ends. Nor is
one within a day of the moment when the project's rule was set or when it came into the project,
so that a slip of the hand can be taken back.
"""

# Ch 28 · Security and Privacy: a promised deletion is carried out, by the process that sweeps

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import Session, col, or_, select

from app.clock import now
from app.projects.tables import Project
from app.transcriptions import service as transcriptions
from app.transcriptions.tables import Status, Transcription

GRACE: Final = timedelta(days=1)
AT_ONCE: Final = 50
"""Deleted in one transaction, so that nobody waits for long."""
_ENDED: Final = [status for status in Status if status.ended]


def due_at(
    project: Project, finished_at: datetime, project_since: datetime | None = None
) -> datetime | None:
    """When a transcript that is over at `finished_at` is deleted; None: it is kept."""
    if project.retention_days is None:
        return None
    times = [finished_at + timedelta(days=project.retention_days)]
    times += [since + GRACE for since in (project.retention_since, project_since) if since]
    return max(times)


def next_deletion(session: Session, project: Project) -> datetime | None:
    """Of the transcript that goes first; it may have passed, while the sweep is still to come."""
    if project.retention_days is None:
        return None
    rows = session.execute(
        select(Transcription.finished_at, Transcription.project_since).where(
            Transcription.project_id == project.id, col(Transcription.finished_at).is_not(None)
        )
    )
    dates = (due_at(project, finished_at, since) for finished_at, since in rows)
    return min((date for date in dates if date is not None), default=None)


def delete_due(session: Session, at_once: int = AT_ONCE) -> int:
    """Delete some of what is due, with its recordings; returns how many, 0: nothing is left."""
    moment = now()
    projects = session.exec(
        select(Project).where(
            col(Project.retention_days).is_not(None),
            or_(
                col(Project.retention_since).is_(None),
                col(Project.retention_since) <= moment - GRACE,
            ),
        )
    ).all()
    gone = 0
    for project in projects:
        for job_id in _due(session, project, moment, at_once - gone):
            gone += _delete(session, project, job_id, moment)
        if gone >= at_once:
            break
    return gone


def _due(session: Session, project: Project, moment: datetime, most: int) -> Sequence[str]:
    since = col(Transcription.project_since)
    query: Any = (
        select(Transcription.id)
        .where(
            Transcription.project_id == project.id,
            col(Transcription.status).in_(_ENDED),
            col(Transcription.finished_at) <= moment - timedelta(days=project.retention_days or 0),
            or_(since.is_(None), since <= moment - GRACE),
        )
        .order_by(col(Transcription.finished_at), col(Transcription.id))
    )
    found: Sequence[str] = session.exec(query.limit(most)).all()
    return found


def _delete(session: Session, project: Project, job_id: str, moment: datetime) -> bool:
    """Unless it was taken up again, or out of the project, while we made up our mind."""
    job = session.get(Transcription, job_id, with_for_update=True, populate_existing=True)
    if job is None or job.project_id != project.id or not job.status.ended:
        return False
    due = due_at(project, job.finished_at, job.project_since) if job.finished_at else None
    if due is None or due > moment:
        return False
    transcriptions.remove(session, job_id)
    return True
