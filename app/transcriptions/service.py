"""What happens to a job: submitted, cancelled, retried, deleted."""

from __future__ import annotations

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from app.clock import now
from app.cursors import newest
from app.errors import Conflict, NotFound
from app.ids import new_id
from app.outbox.service import wake
from app.outbox.tables import Topic
from app.recordings import service as recordings
from app.recordings.tables import Recording
from app.search import index
from app.search.query import Query
from app.transcriptions.erasing import erase
from app.transcriptions.finish import finish_if_complete
from app.transcriptions.options import Request
from app.transcriptions.tables import (
    Attempt,
    AttemptState,
    SegmentRow,
    Stage,
    Status,
    Transcription,
    WindowRow,
    WindowState,
)
from app.transcriptions.telling import tell_over


def submit(
    session: Session, recording: Recording, request: Request, job_id: str | None = None
) -> Transcription:
    """Queue `recording`. The job and the message about it are committed together.

    `job_id` is given where this may be done again, to see whether it was done before.
    """
    if request.first_s is None:  # a preview does not make an upload one that is kept
        recording.used_at = recording.used_at or now()
    job = Transcription(
        id=job_id or new_id("tr"),
        organisation_id=recording.organisation_id,
        owner_id=recording.owner_id,
        recording_id=recording.id,
        name=recording.name,
        model=request.model,
        options=request.options(),
        priority=request.priority,
        first_s=request.first_s,
        duration_s=_to_hear_s(recording, request),
        domain_id=request.use.domain_id if request.use else None,
        glossary_id=request.use.glossary_id if request.use else None,
        model_version_id=request.use.version_id if request.use else None,
        project_id=request.project,
        project_since=now() if request.project else None,
    )
    session.add(job)
    wake(session, Topic.PREPARE, job.id)
    return job


def _to_hear_s(recording: Recording, request: Request) -> float | None:
    known = [each for each in (recording.duration_s, request.first_s) if each is not None]
    return min(known, default=None)


def get(session: Session, transcription_id: str) -> Transcription:
    job = session.get(Transcription, transcription_id)
    if job is None:
        raise NotFound(
            code="transcription_not_found",
            detail=f"There is no transcription {transcription_id[:80]}.",
        )
    return job


def locked(session: Session, transcription_id: str) -> Transcription:
    """The job, kept from other writers until this transaction ends."""
    job = session.get(Transcription, transcription_id, with_for_update=True)
    if job is None:
        raise NotFound(
            code="transcription_not_found",
            detail=f"There is no transcription {transcription_id[:80]}.",
        )
    return job


def cancel(session: Session, transcription_id: str) -> Transcription:
    """Stop the job. Nothing happens to one that is over; what was recognised is kept.

    Workers look at the job before each window and their late results are refused.
    """
    job = locked(session, transcription_id)
    if job.status.ended:
        return job
    job.status = Status.CANCELLED
    job.finished_at = now()
    job.revision += 1
    session.execute(
        update(Attempt)
        .where(col(Attempt.transcription_id) == job.id)
        .where(col(Attempt.state) == AttemptState.RUNNING)
        .values(state=AttemptState.CANCELLED, finished_at=now())
    )
    release_windows(session, job.id)
    tell_over(session, job)
    return job


def retry(session: Session, transcription_id: str) -> Transcription:
    """Queue a failed or cancelled job again; windows that are done are not done again."""
    job = locked(session, transcription_id)
    if job.status not in (Status.FAILED, Status.CANCELLED):
        raise Conflict(
            code="not_retryable",
            detail=f"Only a failed or cancelled transcription can be retried; this one is"
            f" {job.status}.",
        )
    if job.status is Status.FAILED and not job.error_retryable:
        raise Conflict(
            code="not_retryable",
            detail="Trying again would fail in the same way: " + (job.error_message or ""),
        )
    job.status, job.stage = Status.QUEUED, Stage.QUEUED
    job.error_code = job.error_message = job.finished_at = None
    job.error_retryable = False
    job.retries += 1
    job.revision += 1
    session.execute(
        update(WindowRow)
        .where(col(WindowRow.transcription_id) == job.id)
        .where(col(WindowRow.state) != WindowState.DONE)
        .values(
            state=WindowState.PENDING,
            tries=0,
            losses=0,
            rung=0,
            error=None,
            fence=WindowRow.fence + 1,
        )
    )
    _forget_gaps(session, job)
    if job.prepared:
        job.status, job.stage = Status.RUNNING, Stage.RECOGNISING
        session.flush()
        if not finish_if_complete(session, job):
            wake(session, Topic.RECOGNISE, job.id)
    else:
        wake(session, Topic.PREPARE, job.id)
    return job


def _forget_gaps(session: Session, job: Transcription) -> None:
    """Take out the gaps that failed windows left in the text: they will be heard again."""
    done = select(WindowRow.id).where(
        WindowRow.transcription_id == job.id, WindowRow.state == WindowState.DONE
    )
    session.execute(
        delete(SegmentRow)
        .where(col(SegmentRow.transcription_id) == job.id)
        .where(col(SegmentRow.window_id).not_in(done))
    )
    job.done_s = _done_s(session, job)


def _done_s(session: Session, job: Transcription) -> float:
    """Seconds of the windows that are done, each with the pause in front of it."""
    done_s = before_s = 0.0
    for end_s, state in session.exec(
        select(WindowRow.end_s, WindowRow.state)
        .where(WindowRow.transcription_id == job.id)
        .order_by(col(WindowRow.number))
    ):
        if state is WindowState.DONE:
            done_s += end_s - before_s
        before_s = end_s
    return done_s


def release_windows(session: Session, transcription_id: str) -> None:
    """Take back the windows that are being worked on; late results will be refused."""
    session.execute(
        update(WindowRow)
        .where(col(WindowRow.transcription_id) == transcription_id)
        .where(col(WindowRow.state) == WindowState.RUNNING)
        .values(state=WindowState.PENDING, fence=WindowRow.fence + 1)
    )


def remove(session: Session, transcription_id: str) -> None:
    """Delete the job in any state, its text, and its recording if no other job has it.

    Previews made from the recording go with it. Raises `Conflict` for a job of a preview.
    """
    # Ch 28 · Security and Privacy: one call removes text, windows and audio; no state forbids it
    job = locked(session, transcription_id)
    if job.first_s is not None:
        raise Conflict(
            code="of_preview",
            detail="This is one side of the preview of a domain. Nothing was deleted; delete the"
            " preview: `DELETE /v1/domains/{name}/previews/{id}`.",
        )
    recording_id = job.recording_id
    erase(session, job)
    others = session.exec(
        select(Transcription.id).where(
            Transcription.recording_id == recording_id, col(Transcription.first_s).is_(None)
        )
    ).first()
    recording = session.get(Recording, recording_id)
    if others is None and recording is not None:
        recordings.remove(session, recording)


def page(
    session: Session,
    *,
    limit: int,
    cursor: str | None,
    status: list[Status],
    previews: bool = False,
    said: Query | None = None,
    project_id: str | None = None,
    recording_id: str | None = None,
) -> tuple[list[Transcription], str | None]:
    """The newest jobs first; the second value continues the list, or is None at its end.

    Where `said` is given, only those with a segment in which it is said.
    Those of previews only where `previews` asks for them: they are no transcripts of recordings.
    """
    query = select(Transcription)
    if not previews:
        query = query.where(col(Transcription.first_s).is_(None))
    if project_id is not None:
        query = query.where(Transcription.project_id == project_id)
    if recording_id is not None:
        query = query.where(Transcription.recording_id == recording_id)
    if said is not None:
        query = query.where(col(Transcription.id).in_(index.said_in(session, said)))
    if status:
        query = query.where(col(Transcription.status).in_(status))
    return newest(session, query, Transcription, limit=limit, cursor=cursor)
