"""A recording heard again: with another model or domain, beside the first, with its corrections."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlmodel import Session

from app.context import ContextDep
from app.ids import new_id
from app.review import beside
from app.review.again import again as hear_again
from app.review.carry import Carried, planned
from app.review.carry import carry_over as carry
from app.review.routes import IF_MATCH
from app.review.schemas import (
    AgainIn,
    AppliedOut,
    BesideOut,
    CarriedOut,
    CarryIn,
    CarryPlanOut,
    LeftOut,
)
from app.review.sides import laid
from app.review.tags import SeenDep
from app.transcriptions import read
from app.transcriptions.entity_tags import whole_tag
from app.transcriptions.routes import JobId
from app.transcriptions.schemas import TranscriptionSummary

router = APIRouter(prefix="/v1/transcriptions", tags=["review"])


@router.post(
    "/{transcription_id}/again", status_code=202, summary="Transcribe a recording once more"
)
def again(
    transcription_id: JobId, body: AgainIn, response: Response, context: ContextDep
) -> TranscriptionSummary:
    """Transcribe the same recording once more; this transcript stays as it is."""
    job_id = new_id("tr")

    def work(session: Session) -> TranscriptionSummary:
        return read.summary(session, hear_again(session, context, transcription_id, body, job_id))

    out = context.database.transact(work)
    response.headers["Location"] = f"/v1/transcriptions/{out.id}"
    response.headers["Retry-After"] = "1"
    return out


@router.get("/{transcription_id}/compare", summary="Compare two transcripts of a recording")
def compare(
    transcription_id: JobId,
    context: ContextDep,
    other: Annotated[str, Query(alias="with", max_length=64, description="Of that transcript.")],
) -> BesideOut:
    """Where two transcripts of a recording differ, and what the other makes of corrections."""
    with context.database.read() as session:
        one, two = beside.pair(session, transcription_id, other)
        return laid(session, one, two)


@router.get(
    "/{transcription_id}/edits-from/{old_id}",
    summary="See what carrying corrections over would do",
)
def plan_carry_over(
    transcription_id: JobId, old_id: JobId, response: Response, context: ContextDep
) -> CarryPlanOut:
    """Which corrections of the other transcript fit here, and which a person has to decide."""
    with context.database.read() as session:
        found = planned(session, transcription_id, old_id)
        response.headers["ETag"] = whole_tag(found.job)
        return CarryPlanOut(applied=_applied(found), left=_left(found), etag=whole_tag(found.job))


@router.post(
    "/{transcription_id}/edits-from/{old_id}",
    openapi_extra=IF_MATCH,
    summary="Carry corrections over from another transcript",
)
def carry_over(
    transcription_id: JobId,
    old_id: JobId,
    seen: SeenDep,
    response: Response,
    context: ContextDep,
    body: CarryIn | None = None,
) -> CarriedOut:
    """Apply the corrections of another transcript of this recording, where that is certain.

    Those that are not are left, but for the ones that `take` names.
    """
    take = frozenset(body.take if body else ())
    revision_id = new_id("rev")

    def work(session: Session) -> CarriedOut:
        found = carry(session, revision_id, transcription_id, old_id, seen, take)
        response.headers["ETag"] = whole_tag(found.job)
        return _told(found)

    return context.database.transact(work)


def _told(found: Carried) -> CarriedOut:
    return CarriedOut(
        revision=found.revision.number if found.revision else None,
        applied=_applied(found),
        left=_left(found),
        etag=whole_tag(found.job),
    )


def _applied(found: Carried) -> list[AppliedOut]:
    return [
        AppliedOut(source=source.id, segment=row.id, text=source.text, start=source.start_s)
        for source, row in found.applied
    ]


def _left(found: Carried) -> list[LeftOut]:
    return [
        LeftOut(
            source=each.row.id,
            start=each.row.start_s,
            end=each.row.end_s,
            text=each.row.text,
            other=each.other,
            takeable=each.takeable,
            reason=each.reason.value,
        )
        for each in found.left
    ]
