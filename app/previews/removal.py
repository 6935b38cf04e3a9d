"""Previews go with what they show: their domain, and the recording they were made from."""

# Ch 28 · Security and Privacy: a recording takes the previews made from it along when it goes

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, select

from app.previews.tables import Preview
from app.transcriptions.erasing import erase
from app.transcriptions.tables import Transcription


def remove(session: Session, previews: Sequence[Preview]) -> None:
    """Delete them, and those of their jobs that no other preview needs. The recording stays."""
    jobs = {job for each in previews for job in (each.plain_id, each.adapted_id)}
    for each in previews:
        session.delete(each)
    session.flush()
    for job_id in sorted(jobs):
        needed = select(Preview.id).where(
            (Preview.plain_id == job_id) | (Preview.adapted_id == job_id)
        )
        if session.exec(needed).first() is None:
            job = session.get(Transcription, job_id, with_for_update=True)
            assert job is not None
            erase(session, job)


def of_recording(session: Session, recording_id: str) -> None:
    """All that were made from a recording, of any domain."""
    query = select(Preview).where(Preview.recording_id == recording_id)
    remove(session, session.exec(query).all())


def of_domain(session: Session, domain_id: str) -> None:
    """All of a domain."""
    query = select(Preview).where(Preview.domain_id == domain_id)
    remove(session, session.exec(query).all())
