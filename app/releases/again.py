"""What a withdrawn version made, made once more with what serves now."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import Session

from app.admission import check_job
from app.domains import service as domains
from app.domains.tables import Domain
from app.errors import Conflict, Unavailable
from app.recordings.tables import Recording
from app.releases import service
from app.releases.events import note
from app.releases.tables import Happened
from app.settings import Settings
from app.tables import LOCAL_ACCOUNT
from app.transcriptions import options
from app.transcriptions import service as transcriptions
from app.transcriptions.options import Request
from app.transcriptions.replaced import replacement
from app.transcriptions.tables import Status, Transcription

CAN_WAIT = -1
"""Priority: nobody sits before these, and a new recording of the same owner goes first."""


def transcribe_again(
    session: Session,
    settings: Settings,
    name: str,
    number: int,
    *,
    only: Collection[str] | None = None,
    by: str = LOCAL_ACCOUNT,
) -> tuple[list[Transcription], int]:
    """New jobs for every finished transcript of a version, and how many did not fit the queue.

    The old transcripts stay; a recording that is being done again already is left out. `only`
    names some of them by id. Raises `Conflict` while the version still serves, `Unavailable` when
    the queue has no room for any.
    """
    domain = domains.get(session, name, locked=True)
    old = service.version(session, domain, number)
    if domain.champion_id == old.id:
        raise Conflict(
            code="still_serving",
            detail=f"Version {number} still serves {name}: roll it back first.",
        )
    wanted = [
        job
        for job in service.made_by(session, old)
        if job.status is Status.SUCCEEDED
        and (only is None or job.id in only)
        and replacement(session, job.id) is None
    ]
    found: list[Transcription] = []
    for job in wanted:
        try:
            fresh = _once_more(session, settings, domain, job)
        except Unavailable:
            if not found:
                raise
            break
        found += [fresh] if fresh else []
    if found:
        told = f"{len(found)} of {len(wanted)} transcripts"
        note(session, domain, old, Happened.TRANSCRIBED_AGAIN, by, told)
    return found, len(wanted) - len(found)


def _once_more(
    session: Session, settings: Settings, domain: Domain, job: Transcription
) -> Transcription | None:
    recording = session.get(Recording, job.recording_id)
    if recording is None:
        return None
    asked = Request(
        model=settings.model,
        language=job.options.get("language"),
        keywords=options.own_keywords(session, job),
        priority=CAN_WAIT,
        domain=domain.name,
        project=job.project_id,
    )
    asked = options.with_domain(asked, session, settings)
    check_job(session, settings, recording.owner_id, recording.duration_s, asked.model)
    fresh = transcriptions.submit(session, recording, asked)
    fresh.instead_of = job.id
    session.flush()
    return fresh
