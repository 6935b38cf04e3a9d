"""Everything that belongs to one job, taken out of the database and the storage."""

from __future__ import annotations

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.compatible.tables import Call
from app.idempotency.service import forget_made
from app.outbox.service import delete_objects
from app.review.tables import Revision
from app.search.index import forget
from app.sharing.removal import forget_shares
from app.transcriptions.tables import Attempt, SegmentRow, SkippedRow, Transcription, WindowRow


def erase(session: Session, job: Transcription) -> None:
    """Delete the job in any state, and its text and windows; the caller holds its lock.

    The recording is left to the caller: others may have been made from it.
    """
    keys = session.exec(select(WindowRow.audio_key).where(WindowRow.transcription_id == job.id))
    delete_objects(session, list(keys))
    session.execute(delete(Call).where(col(Call.transcription_id) == job.id))
    forget_shares(session, job.id)
    for table in (Revision, SegmentRow, SkippedRow, WindowRow, Attempt):
        session.execute(delete(table).where(col(table.transcription_id) == job.id))
    forget_made(session, job.id)
    session.delete(job)
    session.flush()
    forget(session)
