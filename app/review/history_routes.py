"""The revisions of a transcript: listed, read, restored."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Path, Query, Response
from sqlmodel import Session

from app.context import ContextDep
from app.cursors import not_ours
from app.ids import new_id
from app.review import history, service
from app.review.routes import IF_MATCH, done
from app.review.schemas import EditOut, RevisionOut, RevisionPage, RevisionSummary, SaidOut
from app.review.snapshots import Snapshot
from app.review.tables import Revision
from app.review.tags import SeenDep
from app.sharing import links
from app.transcriptions import read
from app.transcriptions import service as transcriptions
from app.transcriptions.routes import JobId
from app.transcriptions.schemas import SegmentOut

router = APIRouter(prefix="/v1/transcriptions", tags=["review"])

Number = Annotated[int, Path(ge=0, le=2**31 - 1, description="0 is what the machine said.")]


@router.get("/{transcription_id}/revisions", summary="List the revisions of a transcript")
def list_revisions(
    transcription_id: JobId,
    context: ContextDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=20)] = None,
) -> RevisionPage:
    """Who changed what, and when; the newest first."""
    before = _read_cursor(cursor) if cursor else None
    with context.database.read() as session:
        job = transcriptions.get(session, transcription_id)
        found, following = history.page(session, job, limit=limit, before=before)
        labels = links.labels(session, job.id)
        return RevisionPage(
            items=[_summary(each, labels) for each in found],
            next=None if following is None else f"r{following}",
        )


def _read_cursor(cursor: str) -> int:
    number = cursor.removeprefix("r")
    if not (number.isascii() and number.isdigit() and len(number) < 10 and number != cursor):
        raise not_ours()
    return int(number)


def _summary(row: Revision, labels: Mapping[str, str]) -> RevisionSummary:
    return RevisionSummary(
        number=row.number,
        kind=row.kind,
        at=row.created_at,
        by=row.by,
        label=labels.get(row.by),
        restored=row.restored,
        before=[_said(each) for each in row.before],
        after=[_said(each) for each in row.after],
    )


def _said(told: list[Any]) -> SaidOut:
    id_, start_s, end_s, speaker, text = told[:5]
    return SaidOut(id=id_, start=start_s, end=end_s, speaker=speaker, text=text)


@router.get(
    "/{transcription_id}/revisions/{number}", response_model=RevisionOut, summary="Read a revision"
)
def read_revision(transcription_id: JobId, number: Number, context: ContextDep) -> Response:
    """The whole text as of a revision."""
    with context.database.read() as session:
        job = transcriptions.get(session, transcription_id)
        body = "".join(_as_json(number, history.segments(session, job, number)))
    return Response(body, media_type="application/json")


def _as_json(number: int, found: Iterator[Snapshot]) -> Iterator[str]:
    """A `RevisionOut`, segment by segment, so that hours of them are never objects at once."""
    yield f'{{"number":{number},"segments":['
    said: list[_Said] = []
    between = "\n"
    for each in found:
        said.append(_Said(each.speaker, each.text))
        yield between + _segment(each).model_dump_json(exclude={"etag", "edited"})
        between = ",\n"
    yield f'],"text":{json.dumps(read.plain_text(said))}}}\n'


class _Said(NamedTuple):
    speaker: str | None
    text: str


def _segment(each: Snapshot) -> SegmentOut:
    return SegmentOut(
        id=each.id,
        start=each.start_s,
        end=each.end_s,
        text=each.text,
        speaker=each.speaker,
        words=[read.word(*word) for word in each.words],
        flags=list(each.flags),
    )


@router.post(
    "/{transcription_id}/revisions/{number}/restore",
    openapi_extra=IF_MATCH,
    summary="Restore a revision",
)
def restore(
    transcription_id: JobId, number: Number, seen: SeenDep, response: Response, context: ContextDep
) -> EditOut:
    """Make the text what it was then. It is a new revision: what is there now can come back."""
    revision_id = new_id("rev")

    def work(session: Session) -> EditOut:
        made = service.restore(session, revision_id, transcription_id, number, seen)
        return done(response, session, made)

    return context.database.transact(work)
