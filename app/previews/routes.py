"""Previews over HTTP: ask for one, wait for it, list, delete."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from app.context import Context, ContextDep
from app.previews import read, service
from app.previews.schemas import PreviewIn, PreviewList, PreviewOut, PreviewSummary
from app.transcriptions.options import checked_keywords
from app.transcriptions.routes import MAX_WAIT_S
from app.transcriptions.wait import until_over

router = APIRouter(prefix="/v1/domains/{name}/previews", tags=["domains"])
Name = Annotated[str, Path(max_length=63, examples=["ruby"])]
PreviewId = Annotated[str, Path(max_length=64, examples=["pre_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f"])]


@router.post("", status_code=202, summary="Ask for a preview")
def ask(name: Name, given: PreviewIn, response: Response, context: ContextDep) -> PreviewSummary:
    """Hear the beginning of a recording without the domain and with it, as soon as possible.

    The same preview again is the one that is there.
    """
    keywords = checked_keywords(given.keywords)

    def work(session: Session) -> PreviewSummary:
        settings = context.settings
        found = service.ask(session, settings, name, given.recording, keywords)
        return read.summary(session, settings, found)

    made = context.database.transact(work)
    response.headers["Location"] = f"/v1/domains/{made.domain}/previews/{made.id}"
    response.headers["Retry-After"] = "1"
    return made


@router.get("", summary="List the previews of a domain")
def list_previews(name: Name, context: ContextDep) -> PreviewList:
    """The newest first, without what differs."""
    settings = context.settings
    with context.database.read() as session:
        found = service.everything(session, name)
        items = [read.summary(session, settings, each) for each in found]
    return PreviewList(items=items, first_s=settings.preview_s)


@router.get("/{preview_id}", summary="Read a preview, or wait for it")
async def read_preview(
    name: Name,
    preview_id: PreviewId,
    context: ContextDep,
    wait: Annotated[
        float, Query(ge=0, le=MAX_WAIT_S, description="Answer when it is over, or after this long.")
    ] = 0.0,
) -> PreviewOut:
    """Both sides; and where they differ, once both are done."""
    if wait:
        await _until_over(context, name, preview_id, wait)
    return await run_in_threadpool(_whole, context, name, preview_id)


async def _until_over(context: Context, name: str, preview_id: str, wait_s: float) -> None:
    until = time.monotonic() + wait_s
    for job_id in await run_in_threadpool(_jobs, context, name, preview_id):
        await until_over(context, job_id, max(0.0, until - time.monotonic()))


def _jobs(context: Context, name: str, preview_id: str) -> tuple[str, str]:
    with context.database.read() as session:
        found = service.get(session, name, preview_id)
        return found.plain_id, found.adapted_id


def _whole(context: Context, name: str, preview_id: str) -> PreviewOut:
    with context.database.read() as session:
        found = service.get(session, name, preview_id)
        return read.whole(session, context.settings, found)


@router.delete("/{preview_id}", status_code=204, summary="Delete a preview")
def remove(name: Name, preview_id: PreviewId, context: ContextDep) -> Response:
    """Delete it and what was heard for it alone, in any state; the recording stays."""
    context.database.transact(lambda session: service.remove(session, name, preview_id))
    return Response(status_code=204)
