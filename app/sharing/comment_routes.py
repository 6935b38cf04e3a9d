"""Comments as the owner sees them: all of them, to answer, to settle and to delete."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from sqlmodel import Session

from app.context import ContextDep
from app.ids import new_id
from app.sharing import comments
from app.sharing.documented import OF_OWNER, problems
from app.sharing.schemas import CommentChange, CommentIn, CommentList, CommentOut
from app.sharing.tables import Comment
from app.transcriptions import service as transcriptions
from app.transcriptions.routes import JobId

router = APIRouter(prefix="/v1/transcriptions", tags=["sharing"], responses=OF_OWNER)
CommentId = Annotated[str, Path(max_length=64, examples=["com_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f"])]


def shown(comment: Comment) -> CommentOut:
    return CommentOut(
        id=comment.id,
        segment=comment.segment_id,
        at=comment.at_s,
        author=comment.author,
        share=comment.share_id,
        text=comment.text,
        created_at=comment.created_at,
        resolved_at=comment.resolved_at,
    )


@router.get("/{transcription_id}/comments", operation_id="list_comments", summary="List comments")
def list_comments(transcription_id: JobId, context: ContextDep) -> CommentList:
    """Everybody's, in the order of the recording."""
    with context.database.read() as session:
        transcriptions.get(session, transcription_id)
        return CommentList(items=[shown(each) for each in comments.of(session, transcription_id)])


@router.post(
    "/{transcription_id}/comments",
    status_code=201,
    operation_id="add_comment",
    summary="Add a comment",
    responses=problems(_409="It is not finished, or has too many comments."),
)
def add(transcription_id: JobId, body: CommentIn, context: ContextDep) -> CommentOut:
    """Remark on a segment, or answer a guest's remark."""
    comment_id = new_id("com")

    def work(session: Session) -> CommentOut:
        made = comments.add(session, comment_id, transcription_id, body.segment, body.text)
        return shown(made)

    return context.database.transact(work)


@router.patch(
    "/{transcription_id}/comments/{comment_id}",
    operation_id="settle_comment",
    summary="Settle a comment",
)
def change(
    transcription_id: JobId, comment_id: CommentId, body: CommentChange, context: ContextDep
) -> CommentOut:
    """Mark it as dealt with, or as not."""
    return context.database.transact(
        lambda session: shown(comments.settle(session, transcription_id, comment_id, body.resolved))
    )


@router.delete(
    "/{transcription_id}/comments/{comment_id}",
    status_code=204,
    operation_id="delete_comment",
    summary="Delete a comment",
)
def remove(transcription_id: JobId, comment_id: CommentId, context: ContextDep) -> Response:
    """Delete it for good."""
    with context.database.write() as session:
        comments.remove(session, transcription_id, comment_id)
    return Response(status_code=204)
