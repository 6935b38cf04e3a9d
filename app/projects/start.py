"""A batch is started: every recording that was not left out becomes a job of the project."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Final

from sqlmodel import Session

from app.admission import check_job
from app.errors import Conflict, Unavailable
from app.ids import new_id
from app.projects.batch import chosen, request_of, waiting_items
from app.projects.finding import get
from app.projects.schemas import BatchIn, LeftOut, StartedOut, StartOut, WaitingOut
from app.projects.tables import ProjectRecording
from app.settings import Settings
from app.transcriptions import service as transcriptions
from app.transcriptions.tables import Transcription

_TOLD: Final = 3
"""Names in a sentence."""


def start(
    session: Session,
    settings: Settings,
    project_id: str,
    asked: BatchIn,
    jobs: MutableMapping[str, str],
) -> StartOut:
    """Queue what is included; what is not waits on, and is named with its reason.

    `jobs` (recording id -> id of its job) is the caller's, and makes it harmless to be called
    again when the answer of a commit was lost. When the queue takes only some, those are started,
    in the order of the list. Raises `Conflict` while duplicates are undecided or the project's
    domain is gone, `NotFound` for a recording, `Unavailable` when the queue takes none; then
    nothing is started.
    """
    project = get(session, project_id, locked=True)
    made = {key: session.get(Transcription, job) for key, job in jobs.items()}
    if made and all(made.values()):  # committed, but the answer was lost
        return StartOut(started=[_started(job) for job in made.values() if job], left_out=[])
    jobs.clear()
    found = chosen(session, project, asked)
    items = waiting_items(session, settings, project, found, asked)
    if asked.duplicates == "ask":
        _must_be_decided([each for each in items if each.included and each.duplicates])
    request = request_of(session, settings, project)
    started: list[StartedOut] = []
    left_out: list[LeftOut] = []
    full: str | None = None
    for item, recording in zip(items, found, strict=True):
        if full is None and item.included:
            try:
                check_job(session, settings, project.owner_id, recording.duration_s, request.model)
            except Unavailable as problem:
                if not started:
                    raise
                full = problem.detail
        if full is not None or not item.included:
            left_out.append(_left_out(item, asked, full))
            continue
        job_id = jobs[recording.id] = new_id("tr")
        job = transcriptions.submit(session, recording, request, job_id)
        waits = session.get(ProjectRecording, (project.id, recording.id))
        if waits is not None:
            session.delete(waits)
        session.flush()
        started.append(_started(job))
    return StartOut(started=started, left_out=left_out)


def _started(job: Transcription) -> StartedOut:
    return StartedOut(recording=job.recording_id, transcription=job.id, name=job.name)


def _left_out(item: WaitingOut, asked: BatchIn, full: str | None) -> LeftOut:
    if item.recording.id in asked.exclude:
        code, detail = "excluded", "You left it out."
    elif not item.included:
        code, detail = "duplicate", _same(item)
    else:
        code, detail = "queue_full", full or ""
    return LeftOut.model_validate(
        {"recording": item.recording.id, "name": item.recording.name, "code": code}
        | {"detail": detail}
    )


def _same(item: WaitingOut) -> str:
    first = item.duplicates[0]
    places = {
        "batch": "It is the same file as {name}, which is in this batch.",
        "project": "This project has a transcript of the same file: {name}.",
        "elsewhere": "There is a transcript of the same file outside of this project: {name}.",
    }
    return places[first.where].format(name=first.name)


def _must_be_decided(items: list[WaitingOut]) -> None:
    if not items:
        return
    names = ", ".join(each.recording.name for each in items[:_TOLD])
    more = f" and {len(items) - _TOLD} more" if len(items) > _TOLD else ""
    are = "recordings are" if len(items) > 1 else "recording is"
    raise Conflict(
        code="duplicates_undecided",
        detail=f"{len(items)} {are} here already: {names}{more}. Nothing was started. Say"
        " `duplicates: skip` to leave them out, `duplicates: again` to transcribe them once more,"
        " or name those that shall be left out in `exclude`.",
        duplicates=[
            {"recording": each.recording.id, "name": each.recording.name}
            | {"same": [same.model_dump(mode="json") for same in each.duplicates]}
            for each in items
        ],
    )
