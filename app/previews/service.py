"""What a domain changes, heard on the beginning of a recording: asked for, found again, removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sqlmodel import Session, col, select

from app.admission import check_job
from app.domains import service as domains
from app.domains.tables import Domain, Glossary
from app.errors import NotFound, Unprocessable
from app.ids import new_id
from app.models.names import parent_of
from app.previews import removal
from app.previews.tables import Preview
from app.recordings import service as recordings
from app.recordings.tables import Recording
from app.settings import Settings
from app.transcriptions import service as transcriptions
from app.transcriptions.options import Request, with_domain
from app.transcriptions.tables import Status, Transcription

SOON: Final = 1
"""Somebody is waiting for it."""
SOONER: Final = SOON + 1
"""The plain side goes first: what it computed of the sound, the adapted one finds and need not."""


def ask(
    session: Session, settings: Settings, name: str, recording_id: str, keywords: Sequence[str]
) -> Preview:
    """A preview of the domain as it is now; the same again is the one that is there.

    What another preview has heard already is not heard again: after a change of the glossary that
    is the plain side. A side that failed or was cancelled is tried again where that may help.
    Raises `NotFound`; `Unprocessable` for a domain with nothing in it; `Unavailable`.
    """
    # Ch 3 · Machine Learning for Software Engineers, in a Nutshell: a prompt and an adapter, heard beside neither
    domain = domains.get(session, name, locked=True)
    recording = recordings.get(session, recording_id)
    asked = Request(settings.model, None, tuple(keywords), SOON, name, first_s=settings.preview_s)
    adapted = with_domain(asked, session, settings)
    if not adapted.keywords and adapted.model == parent_of(adapted.model):
        raise Unprocessable(
            code="domain_empty",
            detail=f"{domain.name} has neither terms nor an adapter, so it changes nothing. Give it"
            " the terms that are heard wrong, and ask again.",
        )
    plain = replace(
        asked,
        model=parent_of(adapted.model),
        language=adapted.language,
        keywords=(),
        priority=SOONER,
    )
    sides = [_side(session, settings, recording, each) for each in (plain, adapted)]
    found = _preview(session, domain, *sides)
    if found is None:
        found = Preview(
            id=new_id("pre"),
            organisation_id=recording.organisation_id,
            owner_id=recording.owner_id,
            domain_id=domain.id,
            recording_id=recording.id,
            first_s=settings.preview_s,
            plain_id=sides[0].id,
            adapted_id=sides[1].id,
        )
        session.add(found)
        session.flush()
    return found


def _side(
    session: Session, settings: Settings, recording: Recording, asked: Request
) -> Transcription:
    job = _heard(session, recording, asked)
    if job is not None and not _may_help(job):
        return job
    to_hear_s = min(asked.first_s or 0.0, recording.duration_s or settings.max_audio_s)
    check_job(session, settings, recording.owner_id, to_hear_s, asked.model)
    if job is not None:
        return transcriptions.retry(session, job.id)
    job = transcriptions.submit(session, recording, asked)
    session.flush()
    return job


def _heard(session: Session, recording: Recording, asked: Request) -> Transcription | None:
    """The job of a preview in which nothing that decides the text was other than `asked`."""
    use = asked.use
    candidates = session.exec(
        select(Transcription).where(
            Transcription.recording_id == recording.id,
            Transcription.first_s == asked.first_s,
            Transcription.model == asked.model,
            Transcription.domain_id == (use.domain_id if use else None),
            Transcription.glossary_id == (use.glossary_id if use else None),
            Transcription.model_version_id == (use.version_id if use else None),
        )
    )
    return next((job for job in candidates if job.options == asked.options()), None)


def _may_help(job: Transcription) -> bool:
    """Whether trying again may end better."""
    return job.status is Status.CANCELLED or (job.status is Status.FAILED and job.error_retryable)


def _preview(
    session: Session, domain: Domain, plain: Transcription, adapted: Transcription
) -> Preview | None:
    query = select(Preview).where(Preview.domain_id == domain.id)
    query = query.where(Preview.plain_id == plain.id, Preview.adapted_id == adapted.id)
    return session.exec(query).first()


def get(session: Session, name: str, preview_id: str) -> Preview:
    """Raises `NotFound`, also for one of another domain."""
    domain = domains.get(session, name)
    found = session.get(Preview, preview_id)
    if found is None or found.domain_id != domain.id:
        raise NotFound(
            code="preview_not_found", detail=f"{name} has no preview {preview_id[:80]!r}."
        )
    return found


def everything(session: Session, name: str) -> Sequence[Preview]:
    """All of a domain, the newest first."""
    domain = domains.get(session, name)
    query = select(Preview).where(Preview.domain_id == domain.id)
    return session.exec(
        query.order_by(col(Preview.created_at).desc(), col(Preview.id).desc())
    ).all()


def remove(session: Session, name: str, preview_id: str) -> None:
    """Delete it with the jobs that nothing else needs; the recording stays. Raises `NotFound`."""
    removal.remove(session, [get(session, name, preview_id)])


def sides(session: Session, found: Preview) -> tuple[Transcription, Transcription]:
    """The jobs without the domain and with it."""
    plain = transcriptions.get(session, found.plain_id)
    return plain, transcriptions.get(session, found.adapted_id)


def is_current(
    session: Session, settings: Settings, domain: Domain, found: Preview, job: Transcription
) -> bool:
    """Whether the domain, asked now, would do what its side of the preview (`job`) shows."""
    use = domains.use(session, domain.name, None, settings.model)
    shown = job.model, job.glossary_id, job.model_version_id
    same = shown == (use.model, use.glossary_id, use.version_id)
    return same and found.first_s == settings.preview_s


def terms(session: Session, job: Transcription) -> tuple[list[str], list[str]]:
    """The terms of the glossary the adapted side had, and the keywords that were given besides."""
    glossary = session.get(Glossary, job.glossary_id) if job.glossary_id else None
    known = [str(each["term"]) for each in glossary.terms] if glossary else []
    return known, [word for word in job.options.get("keywords", []) if word not in set(known)]
