"""The text as of a revision: the machine's segments under everything that was done until then."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Final

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.errors import NotFound
from app.review.snapshots import Snapshot, as_it_is, as_recognised, restored
from app.review.tables import Revision
from app.transcriptions.tables import SegmentRow, Transcription

AT_ONCE: Final = 100

Overlay = dict[str, Snapshot | None]
"""Segments that are not as the machine left them; None: not there."""


def latest(session: Session, job: Transcription) -> int:
    """Number of the newest revision; 0: nobody has changed anything."""
    query = select(func.max(Revision.number)).where(Revision.transcription_id == job.id)
    return session.exec(query).one() or 0


def get(session: Session, job: Transcription, number: int) -> Revision:
    """Raises `NotFound`."""
    query = select(Revision).where(Revision.transcription_id == job.id, Revision.number == number)
    found = session.exec(query).first()
    if found is None:
        raise _unknown(session, job, number)
    return found


def overlay(session: Session, job: Transcription, number: int) -> Overlay:
    """What differs from the machine's segments as of revision `number`. Raises `NotFound`."""
    if not 0 <= number <= latest(session, job):
        raise _unknown(session, job, number)
    found: Overlay = {}
    for revision in reversed(_leading_to(session, job, number)):
        for gone in revision.before:
            found[gone[0]] = None
        for now in map(restored, revision.after):
            found[now.id] = now
    return found


def _leading_to(session: Session, job: Transcription, number: int) -> list[Revision]:
    """The revisions that make up the text of `number`, the newest first.

    Whatever lies between a restored revision and its restoring is passed over.
    """
    query = (
        select(Revision)
        .where(Revision.transcription_id == job.id, Revision.number <= number)
        .order_by(col(Revision.number).desc())
    )
    path: list[Revision] = []
    for revision in session.exec(query.execution_options(yield_per=AT_ONCE)):
        if revision.number > number:
            continue
        if revision.restored is not None:
            number = revision.restored
        else:
            path.append(revision)
    return path


def segments(session: Session, job: Transcription, number: int) -> Iterator[Snapshot]:
    """All segments as of revision `number`, in order: to be taken while the session is open."""
    over = overlay(session, job, number)
    rows = select(SegmentRow).where(
        SegmentRow.transcription_id == job.id, col(SegmentRow.by_person).is_(False)
    )
    untouched = session.exec(
        rows.where(col(SegmentRow.machine).is_(None))
        .order_by(col(SegmentRow.start_s), col(SegmentRow.id))
        .execution_options(yield_per=AT_ONCE)
    )
    since = session.exec(rows.where(col(SegmentRow.machine).is_not(None))).all()
    back = [as_recognised(row) for row in since if row.id not in over]
    others = [*back, *over.values()]
    yield from heapq.merge(
        map(as_it_is, untouched), sorted((each for each in others if each), key=_place), key=_place
    )


def _place(each: Snapshot) -> tuple[float, str]:
    return each.start_s, each.id


def _unknown(session: Session, job: Transcription, number: int) -> NotFound:
    newest = latest(session, job)
    return NotFound(
        code="revision_not_found",
        detail=f"There is no revision {number} of this transcript: they are numbered from 0, which"
        f" is what the machine said, to {newest}.",
    )


def page(
    session: Session, job: Transcription, *, limit: int, before: int | None
) -> tuple[list[Revision], int | None]:
    """The newest first, of those with a number under `before`; the second value continues it."""
    query = select(Revision).where(Revision.transcription_id == job.id)
    if before is not None:
        query = query.where(Revision.number < before)
    found = list(session.exec(query.order_by(col(Revision.number).desc()).limit(limit + 1)))
    if len(found) <= limit:
        return found, None
    return found[:limit], found[limit - 1].number
