"""The owner's side: links made, listed, looked into, revoked."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlmodel import Session

from app.clock import now
from app.context import ContextDep
from app.ids import new_id
from app.settings import Settings
from app.sharing import links, record
from app.sharing.access import ShareId
from app.sharing.documented import OF_OWNER, problems
from app.sharing.record import Tally
from app.sharing.schemas import (
    Reach,
    ShareEventOut,
    ShareEventPage,
    ShareIn,
    ShareList,
    ShareMade,
    ShareOut,
    ShareState,
)
from app.sharing.tables import Deed, Share
from app.transcriptions.routes import JobId

router = APIRouter(prefix="/v1/transcriptions", tags=["sharing"], responses=OF_OWNER)


def reach(settings: Settings) -> Reach:
    return Reach.PUBLIC_ADDRESS if settings.public_address else Reach.THIS_COMPUTER


@router.post(
    "/{transcription_id}/shares",
    status_code=201,
    operation_id="make_share",
    summary="Make a link",
    responses=problems(_409="It is one side of a preview, or has had too many links."),
)
def make(
    transcription_id: JobId, body: ShareIn, response: Response, context: ContextDep
) -> ShareMade:
    """Make a link to this transcript; its secret is in this answer only.

    Whoever has the link has the transcript, in the role you give, until it ends or is revoked.
    """
    share_id, secret = new_id("shr"), links.new_secret()

    def work(session: Session) -> Share:
        return links.make(
            session,
            context.settings,
            transcription_id,
            share_id=share_id,
            secret=secret,
            role=body.role,
            label=body.label,
            expires_at=body.expires_at,
        )

    share = context.database.transact(work)
    response.headers["Location"] = f"/v1/transcriptions/{transcription_id}/shares/{share.id}"
    response.headers["Cache-Control"] = "no-store"
    return ShareMade(
        **shown(share, None).model_dump(),
        link=links.address(context.settings, share.id, secret),
        secret=secret,
        reach=reach(context.settings),
    )


@router.get("/{transcription_id}/shares", operation_id="list_shares", summary="List the links")
def list_shares(transcription_id: JobId, context: ContextDep) -> ShareList:
    """All links to this transcript and what was done with them."""
    with context.database.read() as session:
        found = links.of(session, transcription_id)
        tallies = record.tallies(session, transcription_id)
    return ShareList(
        items=[shown(share, tallies.get(share.id)) for share in found],
        reach=reach(context.settings),
        share_days=min(context.settings.share_days, context.settings.max_share_days),
        max_share_days=context.settings.max_share_days,
    )


@router.get(
    "/{transcription_id}/shares/{share_id}", operation_id="read_share", summary="Read a link"
)
def read_share(transcription_id: JobId, share_id: ShareId, context: ContextDep) -> ShareOut:
    """One link; its secret is not kept and cannot be told."""
    with context.database.read() as session:
        share = links.get(session, transcription_id, share_id)
        return shown(share, record.tallies(session, transcription_id).get(share.id))


@router.delete(
    "/{transcription_id}/shares/{share_id}",
    status_code=204,
    operation_id="end_share",
    summary="End a link",
)
def revoke(transcription_id: JobId, share_id: ShareId, context: ContextDep) -> Response:
    """End a link at once, also what is being sent by it; its record stays."""
    with context.database.write() as session:
        links.revoke(session, transcription_id, share_id)
    return Response(status_code=204)


@router.get(
    "/{transcription_id}/shares/{share_id}/events",
    operation_id="list_share_events",
    summary="What was done with a link",
    responses=problems(_400="The cursor was not made by this server."),
)
def events(
    transcription_id: JobId,
    share_id: ShareId,
    context: ContextDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
) -> ShareEventPage:
    """What was done with a link, the newest first; nothing about the person or the device."""
    with context.database.read() as session:
        share = links.get(session, transcription_id, share_id)
        found, following = record.page(session, share, limit=limit, cursor=cursor)
    items = [ShareEventOut(at=each.created_at, deed=each.deed, about=each.about) for each in found]
    return ShareEventPage(items=items, next=following)


def shown(share: Share, tally: Tally | None) -> ShareOut:
    state = ShareState.REVOKED if share.revoked_at else ShareState.OPEN
    if state is ShareState.OPEN and share.expires_at <= now():
        state = ShareState.EXPIRED
    times = tally.times if tally else {}
    return ShareOut(
        id=share.id,
        role=share.role,
        label=share.label,
        made_by=share.made_by,
        created_at=share.created_at,
        expires_at=share.expires_at,
        revoked_at=share.revoked_at,
        state=state,
        opened=times.get(Deed.OPENED, 0),
        commented=times.get(Deed.COMMENTED, 0),
        edited=times.get(Deed.EDITED, 0),
        exported=times.get(Deed.EXPORTED, 0),
        refused=times.get(Deed.REFUSED, 0),
        last_at=tally.last_at if tally else None,
    )
