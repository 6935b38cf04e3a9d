"""A transcript that was made once more, because what had made it was withdrawn."""

from __future__ import annotations

from sqlmodel import Session, col, select

from app.transcriptions.tables import Status, Transcription


def replacement(session: Session, transcription_id: str) -> str | None:
    """The job that makes a transcript again, unless it came to nothing."""
    query = (
        select(Transcription.id)
        .where(Transcription.instead_of == transcription_id)
        .where(col(Transcription.status).not_in([Status.FAILED, Status.CANCELLED]))
        .order_by(col(Transcription.created_at).desc())
    )
    return session.exec(query).first()
