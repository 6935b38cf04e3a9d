"""What the fault `stalled_database` does: a transaction behind which all writers queue."""

from __future__ import annotations

from sqlalchemy import text
from sqlmodel import Session


def keep_all_others_from_writing(session: Session) -> None:
    """Until this transaction ends. On SQLite, beginning it was enough."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text('LOCK TABLE transcription, attempt, "window" IN EXCLUSIVE MODE'))
