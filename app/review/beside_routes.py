"""A recording heard again: with another model or domain, beside the first, with its corrections."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlmodel import Session

from app.context import ContextDep
from app.ids import new_id
from app.review import beside
from app.review.again import again as hear_again
from app.review.carry import Carried
from app.review.carry import carry_over as carry
from app.review.routes import IF_MATCH
from app.review.schemas import (
    AgainIn,
    AppliedOut,
    BesideOut,
    CarriedOut,
    CorrectionOut,
    LeftOut,
    PlaceOut,
)
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
        kept = [
            CorrectionOut(
                segment=each.segment.id,
                start=each.segment.start_s,
                end=each.segment.end_s,
                text=each.segment.text,
                machine_text=each.segment.machine_text,
                other=each.other,
                agrees=each.agrees,
            )
            for each in beside.corrections(session, one, two)
        ]
        return BesideOut(
            id=one.id,
            other=two.id,
            differences=[
                PlaceOut(
                    start=each.start_s,
                    end=each.end_s,
                    text=each.plain,
                    other=each.adapted,
                    term=each.term,
                )
                for each in beside.differences(session, one, two)
            ],
            corrections=kept,
            agree=sum(each.agrees for each in kept),
        )


@router.post(
    "/{transcription_id}/edits-from/{old_id}",
    openapi_extra=IF_MATCH,
    summary="Carry corrections over from another transcript",
)
def carry_over(
    transcription_id: JobId, old_id: JobId, seen: SeenDep, response: Response, context: ContextDep
) -> CarriedOut:
    """Apply the corrections of another transcript of this recording, where that is certain."""
    revision_id = new_id("rev")

    def work(session: Session) -> CarriedOut:
        found = carry(session, revision_id, transcription_id, old_id, seen)
        response.headers["ETag"] = whole_tag(found.job)
        return _told(found)

    return context.database.transact(work)


def _told(found: Carried) -> CarriedOut:
    return CarriedOut(
        revision=found.revision.number if found.revision else None,
        applied=[
            AppliedOut(source=source.id, segment=row.id, text=row.text)
            for source, row in found.applied
        ],
        left=[
            LeftOut(
                source=row.id, start=row.start_s, end=row.end_s, text=row.text, reason=reason.value
            )
            for row, reason in found.left
        ],
        etag=whole_tag(found.job),
    )
