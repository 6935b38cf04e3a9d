"""Recordings that are here already, to the bit: pointed out, and never decided upon here."""

# Ch 16 · Data Quality: the same file twice is found by its content, whatever it is called

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlmodel import Session, col, select

from app.projects.schemas import DuplicateOut
from app.projects.tables import Project
from app.recordings.tables import Recording
from app.transcriptions.tables import Transcription

MOST_TOLD: Final = 5
"""Of one recording."""


def duplicates(
    session: Session, project: Project, recordings: Sequence[Recording]
) -> dict[str, list[DuplicateOut]]:
    """Recording id -> where the same file is: earlier among `recordings`, or transcribed.

    Those of the project come first, then the newest elsewhere in the same organisation.
    """
    found: dict[str, list[DuplicateOut]] = {}
    first: dict[str, Recording] = {}
    made = _transcribed(session, project, {each.upload_sha256 for each in recordings})
    for each in recordings:
        earlier = first.setdefault(each.upload_sha256, each)
        told = made.get(each.upload_sha256, [])[:MOST_TOLD]
        if earlier is not each:
            told = [
                DuplicateOut(where="batch", recording=earlier.id, name=earlier.name),
                *told,
            ]
        found[each.id] = told
    return found


def _transcribed(
    session: Session, project: Project, sums: set[str]
) -> dict[str, list[DuplicateOut]]:
    """Sum of an upload -> transcripts of it; previews are none."""
    rows = session.exec(
        select(Recording, Transcription)
        .join(Transcription, col(Transcription.recording_id) == Recording.id)
        .where(
            col(Recording.upload_sha256).in_(sums),
            Recording.organisation_id == project.organisation_id,
            col(Transcription.first_s).is_(None),
        )
        .order_by(col(Transcription.created_at).desc(), col(Transcription.id).desc())
    )
    found: dict[str, list[DuplicateOut]] = {}
    for recording, job in sorted(rows, key=lambda row: row[1].project_id != project.id):
        found.setdefault(recording.upload_sha256, []).append(
            DuplicateOut(
                where="project" if job.project_id == project.id else "elsewhere",
                recording=recording.id,
                name=job.name,
                transcription=job.id,
                status=job.status,
                project=job.project_id,
            )
        )
    return found
