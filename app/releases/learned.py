"""From a recording to the models that learned from it, and what its deletion does to them."""

# Ch 24 · Versioning, Provenance, and Reproducibility: deleting a recording marks every model trained on it

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.clock import now
from app.domains.tables import Domain
from app.recordings.tables import Recording
from app.releases.events import note
from app.releases.tables import Happened, ModelVersion, TrainedOn
from app.transcriptions.tables import Transcription


def trained_on(session: Session, audio_sha256: str) -> Sequence[ModelVersion]:
    """The versions that learned from the upload with this sum."""
    return session.exec(
        select(ModelVersion)
        .join(TrainedOn, col(TrainedOn.version_id) == ModelVersion.id)
        .where(TrainedOn.audio_sha256 == audio_sha256)
        .order_by(col(ModelVersion.created_at))
    ).all()


def is_last_copy(session: Session, recording: Recording) -> bool:
    """Whether deleting it, or its only transcript, removes the last copy of its audio."""
    copies = select(func.count()).where(Recording.upload_sha256 == recording.upload_sha256)
    jobs = select(func.count()).where(
        Transcription.recording_id == recording.id, col(Transcription.first_s).is_(None)
    )
    return session.exec(copies).one() <= 1 and session.exec(jobs).one() <= 1


def mark_deleted(session: Session, audio_sha256: str, by: str) -> list[ModelVersion]:
    """Mark the versions that learned from a recording which is being deleted."""
    rows = session.exec(
        select(TrainedOn).where(
            TrainedOn.audio_sha256 == audio_sha256, col(TrainedOn.deleted_at).is_(None)
        )
    ).all()
    found = []
    for row in rows:
        row.deleted_at = now()
        marked = session.get(ModelVersion, row.version_id)
        assert marked is not None
        marked.deleted_data = True
        domain = session.get(Domain, marked.domain_id)
        assert domain is not None
        note(session, domain, marked, Happened.DATA_DELETED, by, audio_sha256[:12])
        found.append(marked)
    return found
