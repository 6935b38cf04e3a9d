"""How a change is made: rows are replaced, a revision is added."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.errors import Conflict, NotFound, PreconditionFailed
from app.review import history, tags
from app.review.snapshots import Snapshot, as_it_is, set_down
from app.review.tables import Kind, Revision
from app.review.tags import Seen
from app.tables import LOCAL_ACCOUNT
from app.transcriptions import read, service
from app.transcriptions.entity_tags import whole_tag
from app.transcriptions.tables import SegmentRow, Status, Transcription


def opened(session: Session, transcription_id: str, *, final_too: bool = False) -> Transcription:
    """The transcript, locked, if it can be changed. Raises `NotFound` or `Conflict`."""
    job = service.locked(session, transcription_id)
    if job.first_s is not None:
        raise Conflict(
            code="of_preview",
            detail="This is one side of the preview of a domain, which shows what machines wrote."
            " Nothing was changed. Transcribe the recording to correct it.",
        )
    if job.status is not Status.SUCCEEDED:
        raise Conflict(
            code="not_ready",
            detail=f"The transcription is {job.status}. Nothing was changed: only a finished"
            " transcript can be corrected.",
        )
    if job.final_at is not None and not final_too:
        raise Conflict(
            code="final",
            detail="This transcript was declared final. Nothing was changed; reopen it first:"
            " `POST /v1/transcriptions/{id}/reopen`.",
        )
    return job


def segment_of(session: Session, job: Transcription, segment_id: str) -> SegmentRow:
    """Raises `NotFound`."""
    row = session.get(SegmentRow, segment_id)
    if row is None or row.transcription_id != job.id:
        raise NotFound(
            code="segment_not_found",
            detail=f"This transcript has no segment {segment_id[:80]}.",
        )
    return row


def unseen_refused(
    session: Session, job: Transcription, seen: Seen, rows: Sequence[SegmentRow]
) -> None:
    """Raises `PreconditionFailed` with what is there, unless all of it is what was seen.

    The tag of the whole transcript stands for each of its segments.
    """
    # Ch 7 · Planning for Mistakes: nobody's correction is overwritten by somebody who has not seen it
    current = all(row.shown for row in rows)
    if current and (seen.all_of([whole_tag(job)]) or seen.all_of(map(tags.of_segment, rows))):
        return
    there = [row if row.shown else _instead_of(session, row) for row in rows]
    found = [read.segment(row).model_dump(mode="json") for row in _once(there)]
    what = "was changed" if current else "became part of another"
    raise PreconditionFailed(
        code="changed_since",
        detail=f"The segment {what} since you last saw it. Your change was not made and nothing"
        " was lost: what is there now is in `segments`, with its `etag`. Compare, and send yours"
        " again if it still fits.",
        segments=found,
        etag=whole_tag(job),
    )


def unseen_whole_refused(job: Transcription, seen: Seen) -> None:
    """Raises `PreconditionFailed` unless the transcript is as it was seen."""
    if seen.all_of([whole_tag(job)]):
        return
    raise PreconditionFailed(
        code="changed_since",
        detail="The transcript was changed since you last saw it. Nothing was done. Read it again,"
        " and decide then.",
        etag=whole_tag(job),
    )


def _instead_of(session: Session, gone: SegmentRow) -> SegmentRow | None:
    """The segment that covers the time of one that is no longer there."""
    query = (
        select(SegmentRow)
        .where(SegmentRow.transcription_id == gone.transcription_id, col(SegmentRow.shown))
        .where(SegmentRow.start_s <= gone.start_s)
        .order_by(col(SegmentRow.start_s).desc(), col(SegmentRow.id).desc())
    )
    return session.exec(query).first()


def _once(rows: Iterable[SegmentRow | None]) -> list[SegmentRow]:
    return list({row.id: row for row in rows if row is not None}.values())


def commit(
    session: Session,
    job: Transcription,
    revision_id: str,
    kind: Kind,
    *,
    before: Sequence[SegmentRow] = (),
    after: Sequence[Snapshot] = (),
    restored: int | None = None,
    by: str = LOCAL_ACCOUNT,
) -> Revision:
    """Put the segments `after` in the place of `before`, and write down that it was done.

    Rows are kept for ever: one that is not there any more is hidden. Of a restored text only its
    number is kept. The caller holds the job's lock.
    """
    told = [as_it_is(row).told() for row in before if row.shown]
    revision = Revision(
        id=revision_id,
        organisation_id=job.organisation_id,
        transcription_id=job.id,
        number=history.latest(session, job) + 1,
        kind=kind,
        by=by,
        restored=restored,
        before=[] if restored is not None else told,
        after=[] if restored is not None else [each.stored() for each in after],
    )
    session.add(revision)
    _put(session, job, revision.number, before, after)
    job.revision += 1
    if before or after:
        session.flush()
        job.text = read.text_of(session, job.id)
        job.corrected = session.exec(
            select(func.count()).where(
                SegmentRow.transcription_id == job.id,
                col(SegmentRow.shown),
                col(SegmentRow.changed),
            )
        ).one()
    session.flush()
    return revision


def _put(
    session: Session,
    job: Transcription,
    number: int,
    before: Sequence[SegmentRow],
    after: Sequence[Snapshot],
) -> None:
    for row in before:
        row.shown, row.revision = False, number
    for now in after:
        row = session.get(SegmentRow, now.id) or _new(session, job, before[0], now)
        set_down(row, now)
        row.shown, row.revision = True, number


def _new(session: Session, job: Transcription, source: SegmentRow, now: Snapshot) -> SegmentRow:
    """A row for a segment that a person made out of `source`."""
    row = SegmentRow(
        id=now.id,
        organisation_id=job.organisation_id,
        transcription_id=job.id,
        window_id=source.window_id,
        start_s=now.start_s,
        end_s=now.end_s,
        text=now.text,
        machine_text="",
        by_person=True,
    )
    session.add(row)
    return row
