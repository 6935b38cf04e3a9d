"""What waits although nobody may know: the reason to wake the workers once more."""

from __future__ import annotations

from sqlmodel import Session, col, select

from app.outbox.tables import Topic
from app.transcriptions.recognising import work_is_waiting
from app.transcriptions.tables import Attempt, AttemptState, Status, Transcription


def topics(session: Session) -> list[Topic]:
    """Which workers have something to do that none of them has begun."""
    # Ch 12 · Scaling the System: whatever the broker loses, waiting rows call the workers again
    found = []
    if _preparation_is_waiting(session):
        found.append(Topic.PREPARE)
    if work_is_waiting(session):
        found.append(Topic.RECOGNISE)
    return found


def _preparation_is_waiting(session: Session) -> bool:
    in_hand = select(Attempt.transcription_id).where(Attempt.state == AttemptState.RUNNING)
    query = (
        select(Transcription.id)
        .where(
            col(Transcription.status).in_([Status.QUEUED, Status.RUNNING]),
            col(Transcription.prepared).is_(False),
            col(Transcription.id).not_in(in_hand),
        )
        .limit(1)
    )
    return session.exec(query).first() is not None
