"""Waiting for a job without holding a thread or a database connection."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

from starlette.concurrency import run_in_threadpool

from app.context import Context
from app.errors import NotFound
from app.transcriptions import read, service
from app.transcriptions.schemas import EventOut
from app.transcriptions.tables import Transcription

POLL_S = 0.25


def _job(context: Context, transcription_id: str) -> Transcription:
    with context.database.read() as session:
        return service.get(session, transcription_id)


def _event(context: Context, job: Transcription) -> EventOut:
    """Costs more than looking whether anything has changed: others' jobs are counted as well."""
    with context.database.read() as session:
        return read.event(session, job)


async def until_over(context: Context, transcription_id: str, wait_s: float) -> None:
    """Return when the job is over, or after `wait_s` seconds."""
    end = time.monotonic() + wait_s
    while True:
        job = await run_in_threadpool(_job, context, transcription_id)
        if job.status.ended or time.monotonic() >= end:
            return
        await asyncio.sleep(min(POLL_S, max(0.0, end - time.monotonic())))


async def events(
    context: Context, transcription_id: str, seen: int | None = None
) -> AsyncIterator[EventOut]:
    """Every change of the job after revision `seen`, up to and including its end."""
    while True:
        try:
            job = await run_in_threadpool(_job, context, transcription_id)
        except NotFound:
            return  # deleted meanwhile
        if job.revision != seen:
            seen = job.revision
            yield await run_in_threadpool(_event, context, job)
        if job.status.ended:
            return
        await asyncio.sleep(POLL_S)
