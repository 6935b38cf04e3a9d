"""A person's corrections of one transcript, applied to another of the same recording.

Only where there is no doubt: the machine wrote the same words at the same time in both, and nobody
has touched them in the other. Everything else is listed with the reason, for a person to decide;
what they decide to take is written over the words that stand in its time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlmodel import Session, col, select

from app.errors import Unprocessable
from app.review.beside import NEAR_S, Kept, corrections, pair
from app.review.changes import commit, opened, unseen_whole_refused
from app.review.service import rewritten
from app.review.snapshots import Snapshot, as_it_is, as_recognised
from app.review.tables import Kind, Revision
from app.review.tags import Seen
from app.review.words import StoredWord, said
from app.transcriptions.tables import SegmentRow, Transcription


class Left(StrEnum):
    """Why a correction was not applied."""

    AGREES = "agrees"
    """The other transcript says so already."""
    HEARD_DIFFERENTLY = "heard differently"
    """The machine did not write there what it wrote here."""
    EDITED_HERE = "edited here"
    """A person has changed that place in the other transcript."""
    OTHER_BORDERS = "other borders"
    """It was split or joined, or only the speaker changed."""


@dataclass(frozen=True, slots=True)
class Remaining:
    """A correction that is not applied."""

    row: SegmentRow
    other: str
    reason: Left
    takeable: bool
    """There are words, or a segment without any, that it could be written over."""


@dataclass(frozen=True, slots=True)
class Carried:
    job: Transcription
    revision: Revision | None
    applied: list[tuple[SegmentRow, SegmentRow]]
    """Of the old transcript, and where it is in the new one."""
    left: list[Remaining]


@dataclass(frozen=True, slots=True)
class _Place:
    """`words[first:stop]` of a segment are to become `text`."""

    row: SegmentRow
    first: int
    stop: int
    text: str


def planned(session: Session, job_id: str, old_id: str) -> Carried:
    """What `carry_over` would do now; nothing is changed. Raises what `pair` does."""
    old, job = pair(session, old_id, job_id)
    carried, _ = _decided(session, old, job, _shown(session, job), frozenset())
    return carried


def carry_over(
    session: Session,
    revision_id: str,
    job_id: str,
    old_id: str,
    seen: Seen,
    take: frozenset[str] = frozenset(),
) -> Carried:
    """Apply the corrections of `old_id`, all in one revision; `take` names doubtful ones, too.

    Raises what `edit` and `pair` do, and `Unprocessable` when `take` names what cannot be taken.
    """
    job = opened(session, job_id)
    old, _ = pair(session, old_id, job_id)
    done = session.get(Revision, revision_id)
    if done is not None:  # committed, but the answer was lost
        return _told(session, old, job, done)
    unseen_whole_refused(job, seen)
    targets = _shown(session, job)
    carried, places = _decided(session, old, job, targets, take)
    rows = [row for row in targets if row.id in places]
    if rows:
        after = [_with(as_it_is(row), places[row.id]) for row in rows]
        done = commit(session, job, revision_id, Kind.CARRIED_OVER, before=rows, after=after)
    return replace(carried, revision=done)


def _shown(session: Session, job: Transcription) -> list[SegmentRow]:
    return list(
        session.exec(
            select(SegmentRow)
            .where(SegmentRow.transcription_id == job.id, col(SegmentRow.shown))
            .order_by(col(SegmentRow.start_s), col(SegmentRow.id))
        )
    )


def _decided(
    session: Session,
    old: Transcription,
    job: Transcription,
    targets: Sequence[SegmentRow],
    take: frozenset[str],
) -> tuple[Carried, dict[str, list[_Place]]]:
    """What goes where, by the id of the segment it goes into."""
    carried = Carried(job, None, [], [])
    places: dict[str, list[_Place]] = {}
    doubtful: list[tuple[Kept, Left]] = []
    for each in corrections(session, old, job):
        place = Left.AGREES if each.agrees else _place(each.segment, targets)
        if isinstance(place, Left):
            doubtful.append((each, place))
        else:
            carried.applied.append((each.segment, place.row))
            places.setdefault(place.row.id, []).append(place)
    missing = set(take)
    for each, reason in doubtful:
        over = [] if reason is Left.AGREES else _over(each.segment, targets, places)
        if over and each.segment.id in take:
            missing.discard(each.segment.id)
            carried.applied.append((each.segment, over[0].row))
            for found in over:
                places.setdefault(found.row.id, []).append(found)
        else:
            other = _stands(over) if over else each.other
            carried.left.append(Remaining(each.segment, other, reason, bool(over)))
    if missing:
        raise Unprocessable(
            code="nothing_to_take",
            detail=f"Nothing was changed: `take` names {min(missing)[:80]}, which is no correction"
            " that was left to decide. Ask again what carrying over would do.",
        )
    carried.applied.sort(key=lambda pair: (pair[0].start_s, pair[0].id))
    return carried, places


def _over(
    edited: SegmentRow, targets: Sequence[SegmentRow], places: Mapping[str, Sequence[_Place]]
) -> list[_Place]:
    """Everything said in its time, to be written over: its text goes to the first of these."""
    found: list[_Place] = []
    for row in targets:
        if row.start_s >= edited.end_s + NEAR_S or row.end_s <= edited.start_s - NEAR_S:
            continue
        others = places.get(row.id, ())
        if not row.words:
            inside = edited.start_s <= (row.start_s + row.end_s) / 2 < edited.end_s
            at = range(1) if inside and not others else range(0)
        else:
            at = _inside(edited, row, others)
        if at:
            found.append(_Place(row, at[0], at[-1] + 1, "" if found else edited.text))
    return found


def _inside(edited: SegmentRow, row: SegmentRow, others: Sequence[_Place]) -> range:
    """The words of `row` in the time of `edited`, none that another correction is written over.

    A word just outside belongs to them if the correction begins, or ends, with it: two hearings
    put the border between sentences a little differently, and it would stand there twice.
    """

    def free(number: int) -> bool:
        return 0 <= number < len(row.words) and not any(
            each.first <= number < each.stop for each in others
        )

    middles = [(word[1] + word[2]) / 2 for word in row.words]
    here = [
        number
        for number, middle in enumerate(middles)
        if edited.start_s <= middle < edited.end_s and free(number)
    ]
    if not here:
        return range(0)
    first, last = here[0], here[0]
    while last + 1 in here:
        last += 1
    spoken = [said(word) for word in edited.text.split()]
    if spoken:
        if _is(row, first - 1, spoken[0]) and not _is(row, first, spoken[0]):
            near = edited.start_s - middles[first - 1] <= NEAR_S
            first -= near and free(first - 1)
        if _is(row, last + 1, spoken[-1]) and not _is(row, last, spoken[-1]):
            near = middles[last + 1] - edited.end_s <= NEAR_S
            last += near and free(last + 1)
    return range(first, last + 1)


def _is(row: SegmentRow, number: int, spoken: str) -> bool:
    return 0 <= number < len(row.words) and said(str(row.words[number][0])) == spoken


def _stands(over: Sequence[_Place]) -> str:
    """The text that these places have now."""
    return " ".join(
        "".join(str(word[0]) for word in each.row.words[each.first : each.stop]).strip()
        or each.row.text
        for each in over
    ).strip()


def _told(session: Session, old: Transcription, job: Transcription, done: Revision) -> Carried:
    """What was applied agrees now."""
    rows = [session.get_one(SegmentRow, each[0]) for each in done.after]
    carried = Carried(job, done, [], [])
    for each in corrections(session, old, job):
        place = Left.AGREES if each.agrees else _place(each.segment, rows)
        middle_s = (each.segment.start_s + each.segment.end_s) / 2
        there = [row for row in rows if each.agrees and row.start_s <= middle_s <= row.end_s]
        if there:
            carried.applied.append((each.segment, there[0]))
        else:
            reason = place if isinstance(place, Left) else Left.EDITED_HERE
            over = [] if each.agrees else _over(each.segment, rows, {})
            other = _stands(over) if over else each.other
            carried.left.append(Remaining(each.segment, other, reason, bool(over)))
    return carried


def _place(edited: SegmentRow, targets: Sequence[SegmentRow]) -> _Place | Left:
    heard = as_recognised(edited)
    if heard is None or not heard.words or heard.text == edited.text:
        return Left.OTHER_BORDERS
    if (heard.start_s, heard.end_s) != (edited.start_s, edited.end_s):
        return Left.OTHER_BORDERS
    found = [
        _Place(row, first, first + len(heard.words), edited.text)
        for row in targets
        if row.end_s >= heard.start_s - NEAR_S and row.start_s <= heard.end_s + NEAR_S
        for first in _found(heard.words, [tuple(word) for word in row.words])
    ]
    if len(found) == 1:
        return Left.EDITED_HERE if found[0].row.changed else found[0]
    near = [row for row in targets if row.start_s < heard.end_s and row.end_s > heard.start_s]
    return Left.EDITED_HERE if any(row.changed for row in near) else Left.HEARD_DIFFERENTLY


def _found(wanted: Sequence[StoredWord], words: Sequence[StoredWord]) -> list[int]:
    """Where the same words begin at about the same time."""
    return [
        first
        for first in range(len(words) - len(wanted) + 1)
        if all(
            said(str(one[0])) == said(str(other[0])) and abs(one[1] - other[1]) <= NEAR_S
            for one, other in zip(wanted, words[first:], strict=False)
        )
    ]


def _with(was: Snapshot, places: Sequence[_Place]) -> Snapshot:
    texts: list[str] = []
    at = 0
    for place in sorted(places, key=lambda each: each.first):
        texts += [str(word[0]) for word in was.words[at : place.first]]
        texts.append(f" {place.text} ")
        at = place.stop
    texts += [str(word[0]) for word in was.words[at:]]
    return rewritten(was, " ".join("".join(texts).split()))
