"""What happens to a project: made, changed, filled, emptied, deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import delete, update
from sqlmodel import Session, col, func, select

from app.clock import now
from app.cursors import newest
from app.domains import service as domains
from app.errors import Conflict, NotFound, PreconditionFailed, Unprocessable
from app.projects.checking import checked_name, checked_speakers, checked_terms
from app.projects.finding import get, tag
from app.projects.schemas import ProjectIn, ProjectPatch
from app.projects.tables import Project, ProjectRecording
from app.recordings import service as recordings
from app.recordings.tables import Recording
from app.review.tags import Seen
from app.transcriptions import service as transcriptions
from app.transcriptions.options import check_language
from app.transcriptions.tables import Transcription

MOST_WAITING: Final = 1000
AT_ONCE: Final = 25
"""Transcripts deleted in one transaction, so that others get their turn."""


def create(session: Session, project_id: str, given: ProjectIn) -> Project:
    """Raises `Unprocessable` for bad names, terms, languages; `NotFound` for the domain."""
    made = session.get(Project, project_id)
    if made is not None:  # committed, but the answer was lost
        return made
    project = Project(id=project_id, name="", terms=[], speakers=[])
    _set(session, project, given.model_dump())
    session.add(project)
    session.flush()
    return project


def change(
    session: Session, project_id: str, given: ProjectPatch, seen: Seen | None = None
) -> Project:
    """Change what `given` has set. Raises `PreconditionFailed` when it was changed since `seen`."""
    project = get(session, project_id, locked=True)
    if seen is not None and not seen.all_of([tag(project)]):
        raise PreconditionFailed(
            code="changed_since",
            detail="Somebody has changed the settings of this project since you read them. Nothing"
            " was changed; read them again.",
            etag=tag(project),
        )
    _set(session, project, given.model_dump(include=given.model_fields_set))
    project.revision += 1
    session.add(project)
    session.flush()
    return project


def _set(session: Session, project: Project, values: dict[str, Any]) -> None:
    if "name" in values:
        project.name = checked_name(values["name"])
    if "domain" in values:
        name = values["domain"]
        project.domain_id = domains.get(session, name).id if name else None
    if "language" in values:
        language = (values["language"] or "").strip().lower() or None
        check_language(language)
        project.language = language
    if "terms" in values:
        project.terms = checked_terms(values["terms"])
    if "speakers" in values:
        project.speakers = checked_speakers(values["speakers"])
    if "retention_days" in values and values["retention_days"] != project.retention_days:
        project.retention_days, project.retention_since = values["retention_days"], now()


def page(session: Session, *, limit: int, cursor: str | None) -> tuple[list[Project], str | None]:
    """The newest first; the second value continues the list, or is None at its end."""
    return newest(session, select(Project), Project, limit=limit, cursor=cursor)


def waiting(session: Session, project: Project) -> list[Recording]:
    """Uploads that were added and not started, in the order in which they came."""
    query = (
        select(Recording)
        .join(ProjectRecording, col(ProjectRecording.recording_id) == Recording.id)
        .where(ProjectRecording.project_id == project.id)
        .order_by(col(ProjectRecording.created_at), col(ProjectRecording.recording_id))
    )
    return list(session.exec(query))


def add(session: Session, project_id: str, recording_id: str) -> Recording:
    """Let an upload wait in the project; once more changes nothing.

    Raises `NotFound`, and `Conflict` when a thousand wait already.
    """
    project = get(session, project_id, locked=True)
    recording = recordings.get(session, recording_id)
    if session.get(ProjectRecording, (project.id, recording.id)) is not None:
        return recording
    count = select(func.count()).where(ProjectRecording.project_id == project.id)
    if session.exec(count).one() >= MOST_WAITING:
        raise Conflict(
            code="too_many_waiting",
            detail=f"{MOST_WAITING} recordings wait in this project already; start them, then add"
            " more. The upload is kept for the time uploads are kept.",
        )
    session.add(ProjectRecording(project_id=project.id, recording_id=recording.id))
    session.flush()
    return recording


def take_out(session: Session, project_id: str, recording_id: str) -> None:
    """An upload that shall not be started; it is deleted, unless something else has it.

    Raises `NotFound`.
    """
    get(session, project_id, locked=True)
    row = session.get(ProjectRecording, (project_id, recording_id))
    if row is None:
        raise NotFound(
            code="not_waiting",
            detail=f"The recording {recording_id[:80]} does not wait in this project: it was"
            " started, taken out or never added.",
        )
    session.delete(row)
    session.flush()
    _delete_unused(session, [recording_id])


def _delete_unused(session: Session, recording_ids: Sequence[str]) -> None:
    """Uploads without a transcript that wait nowhere else."""
    for recording_id in recording_ids:
        recording = session.get(Recording, recording_id)
        elsewhere = select(ProjectRecording).where(ProjectRecording.recording_id == recording_id)
        if recording is None or recording.used_at is not None:
            continue
        if session.exec(elsewhere).first() is None:
            recordings.remove(session, recording)


def move_in(session: Session, project_id: str, transcription_id: str) -> Transcription:
    """Raises `NotFound`; `Conflict` for one side of a preview."""
    project = get(session, project_id)
    job = transcriptions.locked(session, transcription_id)
    if job.first_s is not None:
        raise Conflict(
            code="of_preview",
            detail="This is one side of the preview of a domain, no transcript of a recording."
            " Nothing was moved.",
        )
    if job.project_id != project.id:
        _move(job, project.id)
    return job


def move_out(session: Session, project_id: str, transcription_id: str) -> Transcription:
    """The transcript stays, and is not deleted by the project's rule any more."""
    project = get(session, project_id)
    job = transcriptions.locked(session, transcription_id)
    if job.project_id != project.id:
        raise NotFound(
            code="not_in_project",
            detail=f"The transcription {transcription_id[:80]} is not in this project.",
        )
    _move(job, None)
    return job


def _move(job: Transcription, project_id: str | None) -> None:
    job.project_id = project_id
    job.project_since = now() if project_id else None
    job.revision += 1


def must_say(session: Session, project_id: str, transcripts: str | None) -> None:
    """Raises `Unprocessable` unless it was said what becomes of the project's transcripts."""
    project = get(session, project_id)
    count = _count(session, project.id)
    if transcripts is None and count:
        raise Unprocessable(
            code="transcripts_undecided",
            detail=f"The project {project.name!r} has {count} transcripts. Nothing was deleted. Say"
            " `transcripts=keep` to keep them outside of any project, or `transcripts=delete` to"
            " delete them with their recordings.",
            transcripts=count,
        )


def _count(session: Session, project_id: str) -> int:
    query = select(func.count()).where(Transcription.project_id == project_id)
    return session.exec(query).one()


def delete_some(session: Session, project_id: str) -> bool:
    """Delete some of the project's transcripts with their recordings; False: none is left."""
    some = session.exec(
        select(Transcription.id)
        .where(Transcription.project_id == project_id)
        .order_by(col(Transcription.id))
        .limit(AT_ONCE)
    ).all()
    for job_id in some:
        transcriptions.remove(session, job_id)
    return bool(some)


def remove(session: Session, project_id: str, *, uploads: bool) -> None:
    """Delete the project; transcripts that are still in it stay outside of it.

    `uploads`: those that wait in it are deleted at once, not when their time has come.
    """
    project = session.get(Project, project_id, with_for_update=True)
    if project is None:
        return
    session.execute(
        update(Transcription)
        .where(col(Transcription.project_id) == project_id)
        .values(project_id=None, project_since=None, revision=Transcription.revision + 1)
    )
    waited = [recording.id for recording in waiting(session, project)]
    session.execute(delete(ProjectRecording).where(col(ProjectRecording.project_id) == project_id))
    if uploads:
        _delete_unused(session, waited)
    session.delete(project)
