"""Where something was said: hits of a query, segment by segment.

The newest transcription comes first, and within one the hits stand as they are heard: who looks
for a moment in recordings wants to recognise the place, and a score of sentences of ten words
would say little. So the order is also the same on every database, and a page has a stable end.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from app.search import cursor as cursors
from app.search import index
from app.search.cursor import Place
from app.search.query import Query
from app.search.schemas import HitOut, HitPage
from app.search.snippets import moment, snippet
from app.transcriptions.tables import SegmentRow, Transcription

FEW = 1000
"""So many hits are simply sorted; for a word that is everywhere, the newest jobs are looked
through one by one until the page is full."""


def find(
    session: Session,
    query: Query,
    *,
    limit: int,
    cursor: str | None = None,
    transcription_id: str | None = None,
) -> HitPage:
    """A page of hits, in all transcriptions or in one. Raises `BadRequest` for the cursor."""
    after = cursors.read(cursor) if cursor else None
    most = limit + 1
    if transcription_id is not None:
        places = _in_job(session, query, transcription_id, after, most)
    elif index.more_than(session, query, FEW):
        places = _walked(session, query, after, most)
    else:
        places = _sorted(session, query, after, most)
    following = places[limit - 1].cursor() if len(places) > limit else None
    return HitPage(items=list(_hits(session, query, places[:limit])), next=following)


def _sorted(session: Session, query: Query, after: Place | None, most: int) -> list[Place]:
    found = (
        _places()
        .where(index.said(session, query), col(Transcription.first_s).is_(None))
        .where(*_behind(after))
    )
    newest = (col(Transcription.created_at).desc(), col(Transcription.id).desc())
    return _read(session, found.order_by(*newest, *_as_said()).limit(most))


def _walked(session: Session, query: Query, after: Place | None, most: int) -> list[Place]:
    jobs = select(Transcription.id).where(col(Transcription.first_s).is_(None))
    if after is not None:
        jobs = jobs.where(cursors.from_job(after))
    newest = (col(Transcription.created_at).desc(), col(Transcription.id).desc())
    places: list[Place] = []
    for job_id in session.exec(jobs.order_by(*newest)).all():
        places += _in_job(session, query, job_id, after, most - len(places))
        if len(places) >= most:
            break
    return places


def _in_job(
    session: Session, query: Query, job_id: str, after: Place | None, most: int
) -> list[Place]:
    found = _places().where(index.said_there(session, query, job_id)).where(*_behind(after))
    return _read(session, found.order_by(*_as_said()).limit(most))


def _places() -> Any:
    return select(
        Transcription.created_at, Transcription.id, SegmentRow.start_s, SegmentRow.id
    ).where(Transcription.id == SegmentRow.transcription_id)


def _as_said() -> tuple[Any, Any]:
    return col(SegmentRow.start_s), col(SegmentRow.id)


def _behind(after: Place | None) -> list[ColumnElement[bool]]:
    return [] if after is None else [cursors.from_job(after), cursors.behind(after)]


def _read(session: Session, found: Any) -> list[Place]:
    return [Place(*row) for row in session.exec(found)]


def _hits(session: Session, query: Query, places: Iterable[Place]) -> Iterable[HitOut]:
    wanted = [place.segment_id for place in places]
    rows = session.execute(
        select(SegmentRow, Transcription.name, Transcription.created_at)
        .where(Transcription.id == SegmentRow.transcription_id)
        .where(col(SegmentRow.id).in_(wanted))
    )
    found = {row[0].id: row for row in rows}
    return (_hit(query, found[segment_id]) for segment_id in wanted)


def _hit(query: Query, row: Any) -> HitOut:
    segment, name, created_at = row
    return HitOut(
        transcription_id=segment.transcription_id,
        name=name,
        created_at=created_at,
        segment_id=segment.id,
        start=segment.start_s,
        end=segment.end_s,
        at=moment(query, segment.start_s, segment.words),
        speaker=segment.speaker,
        snippet=snippet(query, segment.text),
    )
