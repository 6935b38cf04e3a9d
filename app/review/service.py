"""What a person may do to a finished transcript.

Each function is one transaction's work and may run again after a commit whose answer was lost: a
revision with the id it was given is then found and told once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session, col, select

from app.clock import now
from app.errors import NotFound, Unprocessable
from app.ids import new_id
from app.review import history
from app.review.changes import (
    commit,
    opened,
    segment_of,
    unseen_refused,
    unseen_whole_refused,
)
from app.review.snapshots import Snapshot, as_it_is, as_recognised, restored
from app.review.tables import Kind, Revision
from app.review.tags import Seen
from app.review.text import MAX_SPEAKER, MAX_TEXT, cleaned
from app.review.words import StoredWord, realign, text_of
from app.tables import LOCAL_ACCOUNT
from app.transcriptions.tables import SegmentRow, Transcription
from app.transcriptions.telling import tell_final


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a request."""

    job: Transcription
    segments: list[SegmentRow]
    """That are there now, where the change was."""
    gone: list[str]
    """Ids of those that are not there any more."""
    revision: Revision | None
    """None: there was nothing to change."""


def shown(session: Session, job: Transcription, segment_id: str) -> SegmentRow:
    """Raises `NotFound`, also for one that became part of another."""
    row = segment_of(session, job, segment_id)
    if not row.shown:
        raise NotFound(
            code="segment_merged",
            detail="This segment became part of another. Read the transcript again.",
        )
    return row


@dataclass(frozen=True, slots=True)
class Edit:
    """What a person typed; only what is in `given` is changed."""

    given: frozenset[str]
    text: str = ""
    speaker: str | None = None


def edit(
    session: Session,
    revision_id: str,
    job_id: str,
    segment_id: str,
    wanted: Edit,
    seen: Seen,
    *,
    by: str = LOCAL_ACCOUNT,
) -> Done:
    """Change the text or the speaker of a segment. An empty text says that nothing was said.

    Raises `Unprocessable` for a text that cannot be kept, `PreconditionFailed`, `Conflict`.
    """
    text = cleaned(wanted.text)
    speaker = cleaned(wanted.speaker or "", what="name of the speaker", most=MAX_SPEAKER) or None
    job = opened(session, job_id)
    if (done := _told(session, job, revision_id)) is not None:
        return done
    row = segment_of(session, job, segment_id)
    unseen_refused(session, job, seen, [row])
    was = as_it_is(row)
    then = was
    if "text" in wanted.given and text != was.text:
        then = rewritten(then, text)
    if "speaker" in wanted.given:
        then = replace(then, speaker=speaker)
    if then == was:
        return Done(job, [row], [], None)
    # Typed back as it was: what the machine knew of it holds again
    heard = as_recognised(row)
    if heard is not None and heard.text == then.text and _spans(heard, then):
        then = replace(heard, speaker=then.speaker)
    made = commit(session, job, revision_id, Kind.EDITED, before=[row], after=[then], by=by)
    return Done(job, [row], [], made)


def rewritten(was: Snapshot, text: str) -> Snapshot:
    """With other words; doubts about the machine's are settled by the person who wrote these."""
    words = realign(was.words, text, was.start_s, was.end_s)
    repaired = any(len(word) > 4 and word[4] for word in words)
    kept = tuple(flag for flag in was.flags if flag == "repaired" and repaired)
    return replace(was, text=text, words=words, flags=kept)


def _spans(one: Snapshot, other: Snapshot) -> bool:
    return (one.start_s, one.end_s) == (other.start_s, other.end_s)


def split(
    session: Session,
    revision_id: str,
    job_id: str,
    segment_id: str,
    at: int,
    seen: Seen,
    *,
    by_word: bool,
    by: str = LOCAL_ACCOUNT,
) -> Done:
    """Make two segments of one, before its word number `at` or at that character of its text.

    The first part keeps the id. Raises `Unprocessable` where there is no border between words.
    """
    job = opened(session, job_id)
    if (done := _told(session, job, revision_id)) is not None:
        return done
    row = segment_of(session, job, segment_id)
    unseen_refused(session, job, seen, [row])
    was = as_it_is(row)
    words = realign(was.words, was.text, was.start_s, was.end_s)
    cut = at if by_word else _word_at(words, was.text, at)
    if not 0 < cut < len(words):
        raise Unprocessable(
            code="no_border",
            detail=f"There are no words on both sides of that place: the segment has {len(words)}"
            " words. Nothing was changed; split between two of them.",
        )
    parts = [words[:cut], words[cut:]]
    first = replace(was, end_s=float(parts[0][-1][2]), text=text_of(parts[0]), words=parts[0])
    second = replace(
        was,
        id=new_id("seg"),
        start_s=float(parts[1][0][1]),
        text=text_of(parts[1]),
        words=parts[1],
    )
    made = commit(session, job, revision_id, Kind.SPLIT, before=[row], after=[first, second], by=by)
    return Done(job, [row, session.get_one(SegmentRow, second.id)], [], made)


def _word_at(words: Sequence[StoredWord], text: str, offset: int) -> int:
    """Number of the word that begins at the character `offset` of `text`, spaces aside."""
    start = text[:offset].rstrip()
    for cut in range(len(words) + 1):
        if text_of(words[:cut]) == start:
            return cut
    raise Unprocessable(
        code="no_border",
        detail=f"Character {offset} is inside a word. Nothing was changed; split between two"
        " words.",
    )


def merge(
    session: Session,
    revision_id: str,
    job_id: str,
    ids: Sequence[str],
    seen: Seen,
    *,
    by: str = LOCAL_ACCOUNT,
) -> Done:
    """Make one segment of neighbours; it has the id of the first.

    Raises `Unprocessable` unless they follow each other and are of one speaker.
    """
    job = opened(session, job_id)
    if (done := _told(session, job, revision_id)) is not None:
        return done
    rows = sorted(
        {id_: segment_of(session, job, id_) for id_ in ids}.values(),
        key=lambda row: (row.start_s, row.id),
    )
    unseen_refused(session, job, seen, rows)
    if len(rows) < 2 or not _neighbours(session, job, rows):
        raise Unprocessable(
            code="not_neighbours",
            detail="Only segments that follow each other can become one. Nothing was changed.",
        )
    if len({row.speaker for row in rows}) > 1:
        raise Unprocessable(
            code="speakers_differ",
            detail="The segments are of different speakers. Nothing was changed; give them the"
            " same speaker first.",
        )
    joined = _joined([as_it_is(row) for row in rows])
    if len(joined.text) > MAX_TEXT:
        raise Unprocessable(
            code="text_too_long",
            detail=f"Together they have {len(joined.text)} characters; at most {MAX_TEXT} are"
            " allowed. Nothing was changed.",
        )
    made = commit(session, job, revision_id, Kind.MERGED, before=rows, after=[joined], by=by)
    return Done(job, rows[:1], [row.id for row in rows[1:]], made)


def _neighbours(session: Session, job: Transcription, rows: Sequence[SegmentRow]) -> bool:
    query = (
        select(SegmentRow.id)
        .where(SegmentRow.transcription_id == job.id, col(SegmentRow.shown))
        .where(SegmentRow.start_s >= rows[0].start_s, SegmentRow.start_s <= rows[-1].start_s)
        .order_by(col(SegmentRow.start_s), col(SegmentRow.id))
    )
    order = list(session.exec(query))
    at = order.index(rows[0].id)
    return order[at : at + len(rows)] == [row.id for row in rows]


def _joined(parts: Sequence[Snapshot]) -> Snapshot:
    words: list[StoredWord] = []
    for part in parts:
        of_part = realign(part.words, part.text, part.start_s, part.end_s)
        for number, word in enumerate(of_part):
            text = str(word[0])
            apart = words and number == 0 and not text[:1].isspace()
            words.append((f" {text}", *word[1:]) if apart else word)
    return replace(
        parts[0],
        end_s=max(part.end_s for part in parts),
        text=" ".join(part.text for part in parts if part.text),
        words=tuple(words),
        flags=tuple(dict.fromkeys(flag for part in parts for flag in part.flags)),
    )


def restore(session: Session, revision_id: str, job_id: str, number: int, seen: Seen) -> Done:
    """Make the text what it was as of revision `number`; 0 is what the machine said.

    Raises `NotFound` for a revision that never was.
    """
    job = opened(session, job_id)
    if (done := _told(session, job, revision_id)) is not None:
        return done
    unseen_whole_refused(job, seen)
    then = history.overlay(session, job, number)
    here = history.overlay(session, job, history.latest(session, job))
    before, after = [], []
    for id_ in sorted({*then, *here}):
        row = session.get_one(SegmentRow, id_)
        heard = as_recognised(row)
        was, will = here.get(id_, heard), then.get(id_, heard)
        if was == will:
            continue
        if was is not None:
            before.append(row)
        if will is not None:
            after.append(will)
    if not before and not after:
        return Done(job, [], [], None)
    made = commit(
        session, job, revision_id, Kind.RESTORED, before=before, after=after, restored=number
    )
    kept = [session.get_one(SegmentRow, each.id) for each in after]
    return Done(job, kept, [row.id for row in before if not row.shown], made)


def finalise(session: Session, revision_id: str, job_id: str, seen: Seen) -> Done:
    """Declare it final: nobody edits it until it is reopened. Nothing happens to one that is."""
    job = opened(session, job_id, final_too=True)
    if (done := _told(session, job, revision_id)) is not None:
        return done
    if job.final_at is not None:
        return Done(job, [], [], None)
    unseen_whole_refused(job, seen)
    job.final_at = now()
    tell_final(session, job)
    return Done(job, [], [], commit(session, job, revision_id, Kind.FINALISED))


def reopen(session: Session, revision_id: str, job_id: str) -> Done:
    """Let it be edited again. Nothing happens to one that is not final."""
    job = opened(session, job_id, final_too=True)
    if (done := _told(session, job, revision_id)) is not None:
        return done
    if job.final_at is None:
        return Done(job, [], [], None)
    job.final_at = None
    return Done(job, [], [], commit(session, job, revision_id, Kind.REOPENED))


def _told(session: Session, job: Transcription, revision_id: str) -> Done | None:
    """What was done under this id before, in a transaction whose answer was lost."""
    made = session.get(Revision, revision_id)
    if made is None:
        return None
    now_there = [restored(each).id for each in made.after]
    rows = [session.get_one(SegmentRow, id_) for id_ in now_there]
    gone = [each[0] for each in made.before if each[0] not in now_there]
    return Done(job, rows, gone, made)
