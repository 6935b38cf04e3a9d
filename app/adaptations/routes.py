"""A domain's text and adapters over HTTP: give, ask, wait, cancel, try again."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from app.adaptations import service, texts
from app.adaptations.offer import offer
from app.adaptations.schemas import AdaptationList, AdaptationOut, StageOut, TextIn, TextOut
from app.adaptations.tables import Adaptation
from app.context import Context, ContextDep
from app.domains import service as domains
from app.domains.tables import Domain, DomainText, Glossary
from app.releases.tables import ModelVersion
from app.transcriptions.schemas import ErrorOut

router = APIRouter(prefix="/v1/domains/{name}", tags=["adaptations"])
Name = Annotated[str, Path(max_length=63, examples=["poverty-research"])]
Id = Annotated[str, Path(max_length=64)]
POLL_S = 0.5


@router.put("/text", summary="Give a domain its text")
def change_text(name: Name, given: TextIn, context: ContextDep) -> TextOut:
    """Give a page of text of the field; adapters that are asked for from now on learn from it."""
    page = texts.checked(given.text)
    return context.database.transact(lambda session: _text(texts.change(session, name, page)))


@router.get("/text", summary="Read the text of a domain")
def read_text(name: Name, context: ContextDep) -> TextOut:
    """The page of text that adapters learn from."""
    with context.database.read() as session:
        return _text(texts.get(session, name))


@router.post("/adaptations", status_code=202, summary="Have an adapter made")
def ask(name: Name, response: Response, context: ContextDep) -> AdaptationOut:
    """Have an adapter made in the background; it serves only if it passes the gate."""

    def work(session: Session) -> AdaptationOut:
        return _out(session, service.ask(session, name))

    made = context.database.transact(work)
    response.headers["Location"] = f"/v1/domains/{name}/adaptations/{made.id}"
    return made


@router.get("/adaptations", summary="List the adapters that were asked for")
def list_adaptations(name: Name, context: ContextDep) -> AdaptationList:
    """The newest first, and what another one would do and cost."""
    with context.database.read() as session:
        domain = domains.get(session, name)
        found = service.everything(session, domain)
        return AdaptationList(
            items=[_out(session, each) for each in found], offer=offer(session, domain)
        )


@router.get("/adaptations/{adaptation_id}", summary="Read how far an adapter is")
async def read_adaptation(
    name: Name,
    adaptation_id: Id,
    context: ContextDep,
    wait: Annotated[
        float, Query(ge=0, le=60, description="Seconds to wait for its end before answering.")
    ] = 0,
) -> AdaptationOut:
    """How far it is, or what became of it."""
    until = time.monotonic() + wait
    while True:
        found = await run_in_threadpool(_read, context, name, adaptation_id)
        left_s = until - time.monotonic()
        if found.state.ended or left_s <= 0:
            return found
        await asyncio.sleep(min(POLL_S, left_s))


@router.post("/adaptations/{adaptation_id}/cancel", summary="Cancel an adaptation")
def cancel(name: Name, adaptation_id: Id, context: ContextDep) -> AdaptationOut:
    """Stop making it; what serves the domain goes on serving."""
    return context.database.transact(
        lambda session: _out(session, service.cancel(session, name, adaptation_id))
    )


@router.post("/adaptations/{adaptation_id}/retry", status_code=202, summary="Retry an adaptation")
def retry(name: Name, adaptation_id: Id, context: ContextDep) -> AdaptationOut:
    """Once more, for one that failed, was cancelled or was refused; finished stages are reused."""
    return context.database.transact(
        lambda session: _out(session, service.retry(session, name, adaptation_id))
    )


def _read(context: Context, name: str, adaptation_id: str) -> AdaptationOut:
    with context.database.read() as session:
        return _out(session, service.get(session, name, adaptation_id))


def _text(found: DomainText) -> TextOut:
    return TextOut(
        text=found.text,
        sentences=found.sentences,
        words=found.words,
        sha256=found.sha256,
        created_at=found.created_at,
    )


def _out(session: Session, row: Adaptation) -> AdaptationOut:
    version = session.get(ModelVersion, row.version_id) if row.version_id else None
    error = None
    if row.error_code is not None:
        error = ErrorOut(
            code=row.error_code, message=row.error_message or "", retryable=row.error_retryable
        )
    return AdaptationOut(
        id=row.id,
        domain=session.get_one(Domain, row.domain_id).name,
        state=row.state,
        glossary_version=session.get_one(Glossary, row.glossary_id).number,
        text_sha256=session.get_one(DomainText, row.text_id).sha256,
        parent=row.parent,
        stage=row.stage,
        progress=row.progress,
        note=row.note,
        eta_seconds=row.eta_seconds,
        stages=[StageOut.model_validate(each) for each in row.stages],
        error=error,
        version=version.number if version else None,
        attempts=row.losses + (row.process is not None),
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )
