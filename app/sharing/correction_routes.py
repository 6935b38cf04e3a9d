"""A guest's corrections: those of the owner, by the same rules, under the link's name."""

from __future__ import annotations

from fastapi import APIRouter, Response
from sqlmodel import Session

from app.context import ContextDep
from app.ids import new_id
from app.review import service, tags
from app.review.routes import IF_MATCH, SegmentId, done
from app.review.schemas import EditIn, EditOut, MergeIn, SplitIn
from app.review.service import Done
from app.review.tags import SeenDep
from app.sharing import record
from app.sharing.access import Corrector, Guest, still
from app.sharing.documented import OF_GUEST
from app.sharing.guest_routes import PREFIX
from app.sharing.tables import Deed, Role

router = APIRouter(prefix=PREFIX, tags=["shared"], responses=OF_GUEST)


def _noted(session: Session, guest: Guest, made: Done, event_id: str) -> Done:
    """Write it down, now that the transcript is locked and the link looked at once more."""
    share = still(session, guest, Role.EDIT)
    if made.revision is not None:
        record.note(session, share, Deed.EDITED, str(made.revision.number), event_id)
    return made


@router.patch(
    "/{share_id}/segments/{segment_id}",
    openapi_extra=IF_MATCH,
    operation_id="edit_shared",
    summary="Correct a segment by a link",
)
def edit(
    guest: Corrector,
    segment_id: SegmentId,
    body: EditIn,
    seen: SeenDep,
    response: Response,
    context: ContextDep,
) -> EditOut:
    """Correct the text or the speaker of a segment; words that stay keep their times."""
    revision_id, event_id = new_id("rev"), new_id("she")
    wanted = service.Edit(frozenset(body.model_fields_set), body.text, body.speaker)

    def work(session: Session) -> EditOut:
        made = service.edit(
            session,
            revision_id,
            guest.transcription_id,
            segment_id,
            wanted,
            seen,
            by=guest.share_id,
        )
        out = done(response, session, _noted(session, guest, made, event_id))
        response.headers["ETag"] = tags.of_segment(made.segments[0])
        return out

    return context.database.transact(work)


@router.post(
    "/{share_id}/segments/{segment_id}/split",
    openapi_extra=IF_MATCH,
    operation_id="split_shared",
    summary="Split a segment by a link",
)
def split(
    guest: Corrector,
    segment_id: SegmentId,
    body: SplitIn,
    seen: SeenDep,
    response: Response,
    context: ContextDep,
) -> EditOut:
    """Make two segments of one; the first keeps the id."""
    revision_id, event_id = new_id("rev"), new_id("she")
    at, by_word = (body.word, True) if body.word is not None else (body.offset or 0, False)

    def work(session: Session) -> EditOut:
        made = service.split(
            session,
            revision_id,
            guest.transcription_id,
            segment_id,
            at,
            seen,
            by_word=by_word,
            by=guest.share_id,
        )
        return done(response, session, _noted(session, guest, made, event_id))

    return context.database.transact(work)


@router.post(
    "/{share_id}/segments/merge",
    openapi_extra=IF_MATCH,
    operation_id="merge_shared",
    summary="Join segments by a link",
)
def merge(
    guest: Corrector, body: MergeIn, seen: SeenDep, response: Response, context: ContextDep
) -> EditOut:
    """Make one segment of neighbours; `If-Match` lists the tags of all of them."""
    revision_id, event_id = new_id("rev"), new_id("she")

    def work(session: Session) -> EditOut:
        made = service.merge(
            session,
            revision_id,
            guest.transcription_id,
            body.ids,
            seen,
            by=guest.share_id,
        )
        return done(response, session, _noted(session, guest, made, event_id))

    return context.database.transact(work)
