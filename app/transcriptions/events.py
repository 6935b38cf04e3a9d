"""Progress as server-sent events; asking again and again says exactly the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from app.context import Context, ContextDep
from app.described import bodies
from app.errors import BadRequest
from app.transcriptions import service
from app.transcriptions.routes import JobId
from app.transcriptions.wait import events

router = APIRouter(prefix="/v1/transcriptions", tags=["transcriptions"])
HEARTBEAT_S = 15
_EXAMPLE = (
    'id: 7\nevent: progress\ndata: {"id": "tr_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f",'
    ' "status": "running", "stage": "recognise", "progress": 0.42, "revision": 7}\n\n'
)
_STREAM: bodies.Answers = {
    200: {
        "description": "Events of the kinds `progress` and `end`; the last one is `end`.",
        "content": bodies.content("text/event-stream", _EXAMPLE, bodies.TEXT),
    }
}


@router.get(
    "/{transcription_id}/events",
    response_class=EventSourceResponse,
    responses=_STREAM,
    summary="Follow a transcription (server-sent events)",
)
async def stream(
    transcription_id: JobId,
    context: ContextDep,
    last_event_id: Annotated[str | None, Header()] = None,
) -> EventSourceResponse:
    """One event a change; `id` is the revision, so a client that reconnects misses nothing."""
    try:
        seen = int(last_event_id) if last_event_id is not None else None
    except ValueError:
        raise BadRequest(
            code="bad_event_id", detail="`Last-Event-ID` is a revision number."
        ) from None
    await run_in_threadpool(_must_exist, context, transcription_id)
    return EventSourceResponse(_stream(context, transcription_id, seen), ping=HEARTBEAT_S)


def _must_exist(context: Context, transcription_id: str) -> None:
    with context.database.read() as session:
        service.get(session, transcription_id)


async def _stream(
    context: Context, transcription_id: str, seen: int | None
) -> AsyncIterator[ServerSentEvent]:
    async for event in events(context, transcription_id, seen):
        kind = "end" if event.status.ended else "progress"
        yield ServerSentEvent(event.model_dump_json(), event=kind, id=str(event.revision))
