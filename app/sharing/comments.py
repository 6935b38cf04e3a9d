"""Remarks at segments: written by guests and by the owner, settled and deleted by the owner."""

from __future__ import annotations

from typing import Final

from sqlmodel import Session, col, func, select

from app.clock import now
from app.errors import Conflict, NotFound, Unprocessable
from app.review.changes import segment_of
from app.review.text import MAX_SPEAKER, cleaned
from app.sharing.tables import Comment
from app.transcriptions import service as transcriptions
from app.transcriptions.tables import Status

MAX_COMMENT: Final = 2000
MOST: Final = 2000
"""Comments of one transcript: a link that got into wrong hands cannot fill the disk."""


def add(
    session: Session,
    comment_id: str,
    transcription_id: str,
    segment_id: str,
    text: str,
    *,
    author: str = "",
    share_id: str | None = None,
) -> Comment:
    """Keep a remark. May run again after a commit whose answer was lost.

    Raises `NotFound` for a segment that is not there, `Conflict` while it is not finished or when
    there are too many, `Unprocessable` for a text or a name that cannot be kept.
    """
    text = cleaned(text, what="comment", most=MAX_COMMENT)
    author = cleaned(author, what="name", most=MAX_SPEAKER)
    if not text or (share_id is not None and not author):
        raise Unprocessable(
            code="comment_empty",
            detail="A comment needs a text and a name. Nothing was kept; fill in what is missing.",
        )
    job = transcriptions.locked(session, transcription_id)
    if (made := session.get(Comment, comment_id)) is not None:
        return made
    if job.status is not Status.SUCCEEDED:
        raise Conflict(
            code="not_ready",
            detail=f"The transcription is {job.status}. Nothing was kept: only a finished"
            " transcript can be commented on.",
        )
    segment = segment_of(session, job, segment_id)
    count = session.exec(select(func.count()).where(Comment.transcription_id == job.id)).one()
    if count >= MOST:
        raise Conflict(
            code="too_many_comments",
            detail=f"This transcript has {count} comments, the most there can be. Yours was not"
            " kept; its owner can delete some that are settled.",
        )
    comment = Comment(
        id=comment_id,
        organisation_id=job.organisation_id,
        transcription_id=job.id,
        segment_id=segment.id,
        at_s=segment.start_s,
        share_id=share_id,
        author=author,
        text=text,
    )
    session.add(comment)
    session.flush()
    return comment


def of(session: Session, transcription_id: str) -> list[Comment]:
    """All of a transcript, in the order of the recording, then as they were written."""
    query = select(Comment).where(Comment.transcription_id == transcription_id)
    return list(session.exec(query.order_by(col(Comment.at_s), col(Comment.id))))


def get(session: Session, transcription_id: str, comment_id: str) -> Comment:
    """Raises `NotFound`."""
    transcriptions.get(session, transcription_id)
    comment = session.get(Comment, comment_id)
    if comment is None or comment.transcription_id != transcription_id:
        raise NotFound(
            code="comment_not_found", detail=f"This transcript has no comment {comment_id[:80]}."
        )
    return comment


def settle(session: Session, transcription_id: str, comment_id: str, resolved: bool) -> Comment:
    """Mark it as dealt with, or as not. Raises `NotFound`."""
    comment = get(session, transcription_id, comment_id)
    comment.resolved_at = (comment.resolved_at or now()) if resolved else None
    return comment


def remove(session: Session, transcription_id: str, comment_id: str) -> None:
    """Raises `NotFound`."""
    session.delete(get(session, transcription_id, comment_id))
