"""Correcting a transcript: edit, split, merge; declare it final."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from sqlmodel import Session

from app.context import ContextDep
from app.ids import new_id
from app.review import service, tags
from app.review.schemas import EditIn, EditOut, MergeIn, SplitIn
from app.review.service import Done
from app.review.tags import SeenDep
from app.transcriptions import read
from app.transcriptions import service as transcriptions
from app.transcriptions.entity_tags import whole_tag
from app.transcriptions.routes import JobId
from app.transcriptions.schemas import SegmentOut

router = APIRouter(prefix="/v1/transcriptions", tags=["review"])

SegmentId = Annotated[str, Path(max_length=64, examples=["seg_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f"])]
IF_MATCH = {
    "parameters": [
        {
            "name": "If-Match",
            "in": "header",
            "required": True,
            "schema": {"type": "string"},
            "description": "The `etag` of what you have seen; `*` for whatever is there.",
            "example": '"seg_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f.0"',
        }
    ],
    "responses": {
        "409": {"description": "It is not finished, or final."},
        "412": {"description": "It was changed since; `segments` has what is there now."},
        "428": {"description": "`If-Match` is missing."},
    },
}


def done(response: Response, session: Session, made: Done) -> EditOut:
    """The answer to every change; its header has the tag of the whole transcript."""
    etag = whole_tag(made.job)
    response.headers["ETag"] = etag
    return EditOut(
        revision=made.revision.number if made.revision else None,
        segments=[read.segment(row) for row in made.segments],
        gone=made.gone,
        etag=etag,
        corrected=made.job.corrected,
        final_at=made.job.final_at,
    )


@router.get("/{transcription_id}/segments/{segment_id}", summary="Read a segment")
def read_segment(
    transcription_id: JobId, segment_id: SegmentId, response: Response, context: ContextDep
) -> SegmentOut:
    """One segment, with its tag."""
    with context.database.read() as session:
        job = transcriptions.get(session, transcription_id)
        row = service.shown(session, job, segment_id)
        response.headers["ETag"] = tags.of_segment(row)
        return read.segment(row)


@router.patch(
    "/{transcription_id}/segments/{segment_id}", openapi_extra=IF_MATCH, summary="Correct a segment"
)
def edit(
    transcription_id: JobId,
    segment_id: SegmentId,
    body: EditIn,
    seen: SeenDep,
    response: Response,
    context: ContextDep,
) -> EditOut:
    """Correct the text or the speaker of a segment; words that stay keep their times."""
    revision_id = new_id("rev")
    wanted = service.Edit(frozenset(body.model_fields_set), body.text, body.speaker)

    def work(session: Session) -> EditOut:
        made = service.edit(session, revision_id, transcription_id, segment_id, wanted, seen)
        out = done(response, session, made)
        response.headers["ETag"] = tags.of_segment(made.segments[0])
        return out

    return context.database.transact(work)


@router.post(
    "/{transcription_id}/segments/{segment_id}/split",
    openapi_extra=IF_MATCH,
    summary="Split a segment",
)
def split(
    transcription_id: JobId,
    segment_id: SegmentId,
    body: SplitIn,
    seen: SeenDep,
    response: Response,
    context: ContextDep,
) -> EditOut:
    """Make two segments of one; the first keeps the id."""
    revision_id = new_id("rev")
    at, by_word = (body.word, True) if body.word is not None else (body.offset or 0, False)

    def work(session: Session) -> EditOut:
        made = service.split(
            session, revision_id, transcription_id, segment_id, at, seen, by_word=by_word
        )
        return done(response, session, made)

    return context.database.transact(work)


@router.post("/{transcription_id}/segments/merge", openapi_extra=IF_MATCH, summary="Merge segments")
def merge(
    transcription_id: JobId, body: MergeIn, seen: SeenDep, response: Response, context: ContextDep
) -> EditOut:
    """Make one segment of neighbours; `If-Match` lists the tags of all of them."""
    revision_id = new_id("rev")

    def work(session: Session) -> EditOut:
        made = service.merge(session, revision_id, transcription_id, body.ids, seen)
        return done(response, session, made)

    return context.database.transact(work)


@router.post(
    "/{transcription_id}/finalise", openapi_extra=IF_MATCH, summary="Declare a transcript final"
)
def finalise(
    transcription_id: JobId, seen: SeenDep, response: Response, context: ContextDep
) -> EditOut:
    """Declare it final; until it is reopened, edits are refused."""
    revision_id = new_id("rev")
    return context.database.transact(
        lambda session: done(
            response, session, service.finalise(session, revision_id, transcription_id, seen)
        )
    )


@router.post("/{transcription_id}/reopen", summary="Reopen a final transcript")
def reopen(transcription_id: JobId, response: Response, context: ContextDep) -> EditOut:
    """Let a final transcript be edited again."""
    revision_id = new_id("rev")
    return context.database.transact(
        lambda session: done(
            response, session, service.reopen(session, revision_id, transcription_id)
        )
    )
