"""Two transcripts of one recording beside each other, and what the other has for corrections."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session, col, select

from app.domains.tables import Glossary
from app.errors import Conflict, Unprocessable
from app.previews.differences import Comparison, Word, compare, words_of
from app.previews.terms import Terms
from app.recordings.tables import Recording
from app.review.words import said
from app.transcriptions import read, service
from app.transcriptions.tables import SegmentRow, Status, Transcription

PAUSE_S: Final = 0.2
LEAST_S: Final = 30.0
MOST_S: Final = 120.0
"""Texts are compared in stretches about this long, so that ten hours take ten times one hour."""
NEAR_S: Final = 0.6
"""So far apart two hearings may put the same word."""
LONGEST_WORD_S: Final = 30.0
"""A window's length; where a person wrote, one word may have the time of many."""


def pair(session: Session, one_id: str, other_id: str) -> tuple[Transcription, Transcription]:
    """Two finished transcripts of the same sound. Raises `Conflict`, `Unprocessable`."""
    one, other = service.get(session, one_id), service.get(session, other_id)
    for job in (one, other):
        if job.status is not Status.SUCCEEDED:
            raise Conflict(
                code="not_ready",
                detail=f"The transcription {job.id} is {job.status}; only finished ones can be"
                " laid beside each other.",
            )
    if one.id == other.id:
        raise Unprocessable(
            code="same_transcription", detail="These are not two transcripts but the same one."
        )
    if not _same_sound(session, one, other):
        raise Unprocessable(
            code="another_recording",
            detail="The two transcripts are of different recordings, so that their times say"
            " nothing about each other.",
        )
    return one, other


def _same_sound(session: Session, one: Transcription, other: Transcription) -> bool:
    if one.recording_id == other.recording_id:
        return True
    sums = [
        recording.samples_sha256 if recording else None
        for recording in (session.get(Recording, job.recording_id) for job in (one, other))
    ]
    return sums[0] is not None and sums[0] == sums[1]


def words(session: Session, job: Transcription) -> list[Word]:
    """As they are read now, by their times."""
    shown = (segment for segment in read.segments(session, job.id) if segment.text)
    return sorted(words_of(shown), key=lambda word: word.start_s)


def comparisons(session: Session, one: Transcription, other: Transcription) -> Iterator[Comparison]:
    """All of both texts, stretch by stretch; `plain` is of `one`, `adapted` of `other`."""
    terms = Terms([*_terms(session, one), *_terms(session, other)])
    for before, after in stretches(words(session, one), words(session, other)):
        yield compare(before, after, terms)


def _terms(session: Session, job: Transcription) -> list[str]:
    glossary = session.get(Glossary, job.glossary_id) if job.glossary_id else None
    known = [str(each["term"]) for each in glossary.terms] if glossary else []
    return [*known, *job.options.get("keywords", [])]


def stretches(
    before: Sequence[Word], after: Sequence[Word]
) -> Iterator[tuple[list[Word], list[Word]]]:
    """Both texts cut at the same moments: in pauses that both have, or at last between words."""
    at, there, since_s = 0, 0, 0.0
    for number in range(1, len(before) + 1):
        last = number == len(before)
        cut_s = float("inf") if last else before[number].start_s
        stop = _until(after, there, cut_s)
        if not last and cut_s - since_s < MOST_S:
            pause_s = cut_s - before[number - 1].end_s
            spoken = stop > there and after[stop - 1].end_s > cut_s
            if cut_s - since_s < LEAST_S or pause_s < PAUSE_S or spoken:
                continue
        yield list(before[at:number]), list(after[there:stop])
        at, there, since_s = number, stop, cut_s
    if not before and after:
        yield [], list(after)


def _until(after: Sequence[Word], start: int, time_s: float) -> int:
    """The first word from `start` on whose middle is not before `time_s`."""
    while start < len(after) and (after[start].start_s + after[start].end_s) / 2 < time_s:
        start += 1
    return start


@dataclass(frozen=True, slots=True)
class Kept:
    """A person's correction beside what the other transcript has there."""

    segment: SegmentRow
    other: str
    agrees: bool


def changed(session: Session, job: Transcription) -> Iterator[SegmentRow]:
    """Every segment that a person changed, in order."""
    yield from session.exec(
        select(SegmentRow)
        .where(SegmentRow.transcription_id == job.id, col(SegmentRow.shown))
        .where(col(SegmentRow.changed))
        .order_by(col(SegmentRow.start_s), col(SegmentRow.id))
    )


def corrections(session: Session, one: Transcription, other: Transcription) -> Iterator[Kept]:
    """Every segment of `one` that a person changed, in order."""
    heard = Heard(words(session, other))
    for row in changed(session, one):
        agrees = heard.says(row.text, row.start_s, row.end_s)
        yield Kept(row, row.text if agrees else heard.within(row.start_s, row.end_s), agrees)


class Heard:
    """Words to look at by their time."""

    def __init__(self, by_start: Sequence[Word]) -> None:
        self._words = by_start
        self._starts = [word.start_s for word in by_start]

    def _around(self, start_s: float, end_s: float) -> list[Word]:
        """Those with their middle between two moments."""
        first = bisect_left(self._starts, start_s - LONGEST_WORD_S)
        last = bisect_right(self._starts, end_s)
        return [word for word in self._words[first:last] if start_s <= _middle(word) <= end_s]

    def within(self, start_s: float, end_s: float) -> str:
        return "".join(word.text for word in self._around(start_s, end_s)).strip()

    def says(self, text: str, start_s: float, end_s: float) -> bool:
        """Whether this is said there, spelling aside, and nothing else."""
        near = self._around(start_s - NEAR_S, end_s + NEAR_S)
        inside = self._around(start_s + NEAR_S / 2, end_s - NEAR_S / 2)
        first_inside = near.index(inside[0]) if inside else len(near)
        wanted = "".join(said(word) for word in text.split())
        for first in range(min(first_inside, len(near)) + 1):
            found = ""
            for stop in range(first, len(near) + 1):
                if found == wanted and stop >= (near.index(inside[-1]) + 1 if inside else 0):
                    return True
                if len(found) > len(wanted) or stop == len(near):
                    break
                found += said(near[stop].text)
        return False


def _middle(word: Word) -> float:
    return (word.start_s + word.end_s) / 2
