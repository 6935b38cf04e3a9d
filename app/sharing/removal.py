"""Links that end without anybody revoking them."""

from __future__ import annotations

from sqlalchemy import update
from sqlmodel import Session, col, delete, select

from app.clock import now
from app.sharing.tables import Comment, Share, ShareEvent


def forget_shares(session: Session, transcription_id: str) -> None:
    """Delete the links to a transcript, what was done with them, and all comments."""
    # Ch 28 · Security and Privacy: with the text go its links and what guests wrote about it
    of_it = select(Share.id).where(Share.transcription_id == transcription_id)
    session.execute(delete(Comment).where(col(Comment.transcription_id) == transcription_id))
    session.execute(delete(ShareEvent).where(col(ShareEvent.share_id).in_(of_it)))
    session.execute(delete(Share).where(col(Share.transcription_id) == transcription_id))


def close_all(session: Session) -> None:
    """Revoke every link, for rows of another moment: one that was revoked since must not work
    again, and nobody can tell any more which that was."""
    session.execute(update(Share).where(col(Share.revoked_at).is_(None)).values(revoked_at=now()))
