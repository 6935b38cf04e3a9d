"""Put a message into the outbox, inside the transaction whose outcome it reports."""

# Ch 12 · Scaling the System: a job and the message about it are committed together or not at all

from __future__ import annotations

from sqlmodel import Session

from app.outbox.tables import OutboxRow, Topic


def wake(session: Session, topic: Topic, transcription_id: str) -> None:
    """Tell the workers, after the commit, that there is work.

    The id, of an adaptation where the topic is one, is for their log alone.
    """
    session.add(OutboxRow(topic=topic, payload={"transcription_id": transcription_id}))


def delete_objects(session: Session, keys: list[str]) -> None:
    """Remove stored objects after the commit, and only then."""
    if keys:
        session.add(OutboxRow(topic=Topic.DELETE_OBJECTS, payload={"keys": keys}))
