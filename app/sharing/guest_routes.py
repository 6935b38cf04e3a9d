"""A guest's side: one transcript by its link, to read, hear, take away and comment on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from sqlmodel import Session
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from app.context import Context, ContextDep
from app.described import bodies
from app.ids import new_id
from app.sharing import comments, record
from app.sharing.access import (
    Commenter,
    Guest,
    Viewer,
    is_open,
    not_there,
    note,
    note_opening,
    still,
)
from app.sharing.comment_routes import shown
from app.sharing.documented import OF_GUEST, problems
from app.sharing.schemas import (
    CommentList,
    CommentOut,
    GuestCommentIn,
    SharedEvent,
    SharedOut,
    SharedTranscript,
)
from app.sharing.tables import Deed, Role, Share
from app.transcriptions import read, routes
from app.transcriptions.entity_tags import whole_tag
from app.transcriptions.events import _STREAM, HEARTBEAT_S
from app.transcriptions.exports import routes as exports
from app.transcriptions.exports.registry import joined
from app.transcriptions.exports.schemas import FormatsOut
from app.transcriptions.tables import Transcription
from app.transcriptions.wait import POLL_S

PREFIX = "/v1/shared"
router = APIRouter(prefix=PREFIX, tags=["shared"], responses=OF_GUEST)


@router.post("/{share_id}/open", operation_id="open_shared", summary="Open a link")
def open_link(guest: Viewer, response: Response, context: ContextDep) -> SharedOut:
    """What the link leads to and what it allows; the opening is written down."""
    note(context, guest, Deed.OPENED)
    with context.database.read() as session:
        out = SharedOut(**_about(*_both(session, guest)))
    response.headers["Cache-Control"] = "no-store"
    return out


@router.get(
    "/{share_id}",
    response_model=SharedTranscript,
    operation_id="read_shared",
    summary="Read a shared transcript",
)
def read_shared(guest: Viewer, context: ContextDep) -> Response:
    """The transcript, complete or as far as it has come."""
    note_opening(context, guest)
    with context.database.read() as session:
        share, job = _both(session, guest)
        headers = {"Cache-Control": "private, no-store"}
        if job.status.ended:
            headers["ETag"] = whole_tag(job)
        body = joined(_as_json(session, share, job))
    return Response(body, media_type="application/json", headers=headers)


def _both(session: Session, guest: Guest) -> tuple[Share, Transcription]:
    share = session.get(Share, guest.share_id)
    job = session.get(Transcription, guest.transcription_id)
    if share is None or job is None:
        raise not_there()
    return share, job


def _about(share: Share, job: Transcription) -> dict[str, Any]:
    return {
        "share": share.id,
        "role": share.role,
        "expires_at": share.expires_at,
        "name": job.name,
        "status": job.status,
        "language": job.language,
        "duration": job.duration_s,
        "model": job.model,
        "finished_at": job.finished_at,
        "revision": job.revision,
        "corrected": job.corrected,
        "final_at": job.final_at,
    }


def _as_json(session: Session, share: Share, job: Transcription) -> Iterator[str]:
    """A `SharedTranscript`, segment by segment, so that hours of it are never objects at once."""
    yield SharedOut(**_about(share, job)).model_dump_json()[:-1] + ',"segments":['
    between = "\n"
    for segment in read.segments(session, job.id):
        yield between + segment.model_dump_json()
        between = ",\n"
    yield "]}\n"


@router.get(
    "/{share_id}/events",
    response_class=EventSourceResponse,
    responses=_STREAM,
    operation_id="follow_shared",
    summary="Follow a shared transcript",
)
async def follow(guest: Viewer, context: ContextDep) -> EventSourceResponse:
    """Progress while the transcript is being made; it ends with the link."""
    return EventSourceResponse(_changes(context, guest), ping=HEARTBEAT_S)


async def _changes(context: Context, guest: Guest) -> AsyncIterator[ServerSentEvent]:
    seen: int | None = None
    while await run_in_threadpool(is_open, context, guest):
        told = await run_in_threadpool(_progress, context, guest)
        if told is None:
            return
        if told.revision != seen:
            seen = told.revision
            kind = "end" if told.status.ended else "progress"
            yield ServerSentEvent(told.model_dump_json(), event=kind, id=str(seen))
        if told.status.ended:
            return
        await asyncio.sleep(POLL_S)


def _progress(context: Context, guest: Guest) -> SharedEvent | None:
    with context.database.read() as session:
        job = session.get(Transcription, guest.transcription_id)
        if job is None:
            return None
        progress = read.event(session, job).progress
        return SharedEvent(status=job.status, progress=progress, revision=job.revision)


@router.head("/{share_id}/audio", include_in_schema=False)
@router.get(
    "/{share_id}/audio",
    response_class=StreamingResponse,
    operation_id="hear_shared",
    summary="Hear a shared recording",
    responses=bodies.audio("The recording, as browsers can play it.")
    | problems(_409="There is nothing to play yet.", _416="No such part."),
)
def audio(guest: Viewer, request: Request, context: ContextDep) -> Response:
    """The recording, as browsers can play it; honours Range. It breaks off when the link ends."""
    note_opening(context, guest)
    answer = routes.audio(guest.transcription_id, request, context)
    answer.headers["Cache-Control"] = "private, no-store"
    if isinstance(answer, StreamingResponse):
        answer.body_iterator = _while_open(context, guest, answer.body_iterator)
    return answer


async def _while_open(context: Context, guest: Guest, pieces: Any) -> AsyncIterator[Any]:
    # Ch 28 · Security and Privacy: revoking a link also ends what is being sent by it
    async for piece in pieces:
        if not await run_in_threadpool(is_open, context, guest):
            return
        yield piece


@router.get(
    "/{share_id}/exports", operation_id="list_shared_formats", summary="List formats by a link"
)
def formats(guest: Viewer) -> FormatsOut:
    """What the transcript can be taken away as."""
    return exports.list_formats()


@router.get(
    "/{share_id}/export",
    operation_id="export_shared",
    summary="Export a shared transcript",
    response_class=Response,
    responses=exports._FILE
    | problems(_400="There is no such format or option.", _409="It is not finished."),
)
def export(guest: Viewer, context: ContextDep, asked: exports.AskedDep) -> Response:
    """The finished transcript as a file."""
    answer = exports.export(guest.transcription_id, context, asked)
    answer.headers["Cache-Control"] = "private, no-store"
    note(context, guest, Deed.EXPORTED, asked.format)
    return answer


@router.get(
    "/{share_id}/comments", operation_id="list_shared_comments", summary="List comments by a link"
)
def list_comments(guest: Commenter, context: ContextDep) -> CommentList:
    """Everybody's comments, in the order of the recording."""
    with context.database.read() as session:
        found = comments.of(session, guest.transcription_id)
    return CommentList(items=[shown(each) for each in found])


@router.post(
    "/{share_id}/comments",
    status_code=201,
    operation_id="add_shared_comment",
    summary="Comment by a link",
    responses=problems(_409="It is not finished, or has too many comments."),
)
def add_comment(guest: Commenter, body: GuestCommentIn, context: ContextDep) -> CommentOut:
    """Remark on a segment, under the name you give."""
    comment_id, event_id = new_id("com"), new_id("she")

    def work(session: Session) -> CommentOut:
        made = comments.add(
            session,
            comment_id,
            guest.transcription_id,
            body.segment,
            body.text,
            author=body.author,
            share_id=guest.share_id,
        )
        share = still(session, guest, Role.COMMENT)
        record.note(session, share, Deed.COMMENTED, made.id, event_id)
        return shown(made)

    return context.database.transact(work)
