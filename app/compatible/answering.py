"""Answers that know whether somebody was there to take them.

What was never taken is kept for the request that comes again; see app/compatible/calls.py.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

import anyio
from sse_starlette import EventSourceResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.compatible import calls
from app.compatible.calls import Part
from app.context import Context
from app.database import DatabaseError
from app.errors import Conflict, Problem, Unprocessable
from app.transcriptions import service
from app.transcriptions.tables import Status, Transcription
from app.transcriptions.wait import until_over

logger = logging.getLogger("lectern.api")
Mark = Callable[[], Awaitable[None]]
LOOK_S = 1.0
"""How often is looked whether the client is still there."""


async def over(context: Context, request: Request, job_id: str) -> Transcription | None:
    """The job once it is over, however long that takes; None: the client went away.

    The job goes on then: the client sends its request again and finds it.
    """
    while True:
        await until_over(context, job_id, LOOK_S)
        job = await run_in_threadpool(read_job, context, job_id)
        if job.status.ended:
            return job
        if await request.is_disconnected():
            return None


def read_job(context: Context, job_id: str) -> Transcription:
    """Raises `NotFound` when it was deleted meanwhile."""
    with context.database.read() as session:
        return service.get(session, job_id)


def must_have_succeeded(job: Transcription) -> None:
    """Raises a `Problem` for a job that ended without a text."""
    if job.status is Status.CANCELLED:
        raise Conflict(
            code="cancelled",
            detail="This transcription was cancelled while you waited for it. The recording is"
            " kept; send it again to have it transcribed.",
        )
    if job.status is Status.FAILED:
        code, told = job.error_code or "internal_error", job.error_message or ""
        if not job.error_retryable:
            raise Unprocessable(code=code, detail=told, param="file")
        # Tried often enough: that the client tries at once, too, would help nobody
        raise Problem(code=code, detail=told, headers={"x-should-retry": "false"})


class Answer(Response):
    """A body that is marked as delivered when its last byte goes to a client that is there."""

    def __init__(self, body: bytes, media_type: str, mark: Mark) -> None:
        super().__init__(body, media_type=media_type)
        self._mark = mark

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        head = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(head)
        most, last = self.body[:-1], self.body[-1:]
        await send({"type": "http.response.body", "body": most, "more_body": True})
        if not await request.is_disconnected():
            # Before the last byte: whoever has it and asks again at once wants it made anew
            try:
                await self._mark()
            except DatabaseError as error:
                logger.warning("an answer could not be marked as delivered: %s", error)
        await send({"type": "http.response.body", "body": last, "more_body": False})


class Told(EventSourceResponse):
    """A stream; `unheard` is awaited when the listener leaves before `is_told` is true."""

    def __init__(
        self,
        events: object,
        *,
        is_told: Callable[[], bool],
        unheard: Callable[[], Awaitable[None]],
        ping: int,
    ) -> None:
        super().__init__(events, ping=ping)  # type: ignore[arg-type]
        self._is_told, self._unheard = is_told, unheard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            if not self._is_told():
                with anyio.CancelScope(shield=True):
                    await self._unheard()


def marker(context: Context, part: Part) -> Mark:
    """Records that the answer is being delivered."""

    async def mark() -> None:
        await run_in_threadpool(
            context.database.transact, lambda session: calls.delivered(session, part)
        )

    return mark


def leaver(context: Context, part: Part) -> Callable[[], Awaitable[None]]:
    """Stops the job unless somebody else waits for it."""

    async def leave() -> None:
        await run_in_threadpool(
            context.database.transact, lambda session: calls.give_up(session, part)
        )

    return leave
