"""Versions over HTTP: look, promote, roll back, transcribe again, read the card."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from sqlmodel import Session

from app.context import ContextDep
from app.described import bodies
from app.domains import service as domains
from app.recordings import service as recordings
from app.releases import again, service, shown
from app.releases.card import card
from app.releases.learned import is_last_copy, trained_on
from app.releases.schemas import (
    Again,
    Made,
    ReasonIn,
    RollBackIn,
    RolledBack,
    ServingList,
    TrainedOut,
    TranscribeAgainIn,
    VersionList,
    VersionOut,
    VersionSummary,
)
from app.transcriptions import read

router = APIRouter(tags=["releases"])
Name = Annotated[str, Path(max_length=63, examples=["ruby"])]
Number = Annotated[int, Path(ge=1, le=2**31 - 1, examples=[1])]
BASE = "/v1/domains/{name}/versions"


_CARD: bodies.Answers = {
    200: {
        "description": "Markdown.",
        "content": bodies.content("text/markdown", "# medicine, version 1\n", bodies.TEXT),
    }
}


@router.get("/v1/versions", summary="List what serves each domain")
def list_serving(context: ContextDep) -> ServingList:
    """What serves each domain, since when, and what could serve instead."""
    with context.database.read() as session:
        found = [shown.serving(session, each) for each in domains.everything(session)]
    return ServingList(items=found)


@router.get(BASE, summary="List the versions of a domain")
def list_versions(name: Name, context: ContextDep) -> VersionList:
    """The newest first, and what was decided about them."""
    with context.database.read() as session:
        domain = domains.get(session, name)
        champion = service.champion(session, domain)
        challenger = service.challenger(session, domain)
        return VersionList(
            items=[shown.summary(session, domain, v) for v in service.versions(session, domain)],
            champion=champion.number if champion else None,
            since=service.serving_since(session, domain),
            challenger=challenger.number if challenger else None,
            events=shown.events(session, domain),
        )


@router.get(BASE + "/{number}", summary="Read a version and its record")
def read_version(name: Name, number: Number, context: ContextDep) -> VersionOut:
    """A version with its whole record."""
    with context.database.read() as session:
        domain = domains.get(session, name)
        return shown.whole(session, domain, service.version(session, domain, number))


@router.get(
    BASE + "/{number}/card",
    response_class=Response,
    responses=_CARD,
    summary="Read the model card of a version",
)
def read_card(name: Name, number: Number, context: ContextDep) -> Response:
    """The model card, as Markdown."""
    with context.database.read() as session:
        domain = domains.get(session, name)
        text = card(domain, service.version(session, domain, number))
    return Response(text, media_type="text/markdown; charset=utf-8")


@router.get(BASE + "/{number}/transcriptions", summary="List the transcripts of a version")
def list_transcripts(name: Name, number: Number, context: ContextDep) -> Made:
    """What the version made."""
    with context.database.read() as session:
        domain = domains.get(session, name)
        jobs = service.made_by(session, service.version(session, domain, number))
        return Made(items=[shown.made(session, job) for job in jobs])


@router.post(BASE + "/{number}/promote", summary="Promote a version")
def promote(
    name: Name, number: Number, context: ContextDep, given: ReasonIn | None = None
) -> VersionSummary:
    """Let it serve from the next job on. Only a version that passed the gate can."""

    def work(session: Session) -> VersionSummary:
        reason = given.reason if given else ""
        chosen = service.promote(session, name, number, reason=reason)
        session.flush()
        return shown.summary(session, domains.get(session, name), chosen)

    return context.database.transact(work)


@router.post(
    BASE + "/{number}/transcribe-again",
    status_code=202,
    summary="Transcribe again what a version made",
)
def transcribe_again(
    name: Name, number: Number, context: ContextDep, given: TranscribeAgainIn | None = None
) -> Again:
    """Queue what a withdrawn version made once more, with what serves now; the old ones stay."""
    only = given.transcriptions if given else None

    def work(session: Session) -> Again:
        jobs, left = again.transcribe_again(session, context.settings, name, number, only=only)
        return Again(items=[read.summary(session, job) for job in jobs], left=left)

    return context.database.transact(work)


@router.post("/v1/domains/{name}/roll-back", summary="Roll back to an earlier version")
def roll_back(name: Name, context: ContextDep, given: RollBackIn | None = None) -> RolledBack:
    """Withdraw what serves, in one step; the answer lists what it made."""
    asked = given or RollBackIn()

    def work(session: Session) -> RolledBack:
        withdrawn, former = service.roll_back(
            session,
            name,
            number=asked.version,
            to_parent=asked.to_parent,
            reason=asked.reason,
        )
        session.flush()
        domain = domains.get(session, name)
        jobs = service.made_by(session, withdrawn)
        return RolledBack(
            withdrawn=shown.summary(session, domain, withdrawn),
            serves=shown.summary(session, domain, former) if former else None,
            transcripts=[read.summary(session, job) for job in jobs],
        )

    return context.database.transact(work)


@router.get(
    "/v1/recordings/{recording_id}/models",
    summary="List the versions that learned from a recording",
)
def learned_from(recording_id: str, context: ContextDep) -> TrainedOut:
    """The versions that were trained on a recording."""
    with context.database.read() as session:
        recording = recordings.get(session, recording_id)
        found = trained_on(session, recording.upload_sha256)
        return TrainedOut(
            items=[shown.ref(session, each) for each in found],
            marked_with_it=is_last_copy(session, recording),
        )
