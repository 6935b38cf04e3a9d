"""Two transcripts of a recording as one answer: passages, differences, agreement, corrections."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from sqlmodel import Session

from app.previews.differences import Comparison, Difference, Passage, Run
from app.review import beside
from app.review.beside import Kept
from app.review.schemas import BesideOut, CorrectionOut, PlaceOut, SidesOut, SpanOut
from app.transcriptions.tables import Transcription


def laid(session: Session, one: Transcription, other: Transcription) -> BesideOut:
    """`one` beside `other`, all of both."""
    found = list(beside.comparisons(session, one, other))
    kept = [_correction(each) for each in beside.corrections(session, one, other)]
    words = sum(each.plain_words for each in found)
    other_words = sum(each.adapted_words for each in found)
    shared = sum(each.shared_words for each in found)
    return BesideOut(
        id=one.id,
        other=other.id,
        words=words,
        other_words=other_words,
        agreement=2 * shared / (words + other_words) if words + other_words else 1.0,
        passages=_passages(found, _touched(session, one), _touched(session, other)),
        differences=[_place(each) for part in found for each in part.differences],
        corrections=kept,
        agree=sum(each.agrees for each in kept),
    )


def _touched(session: Session, job: Transcription) -> list[float]:
    """The middles of the segments that a person changed, in order."""
    return sorted((row.start_s + row.end_s) / 2 for row in beside.changed(session, job))


def _passages(
    found: Sequence[Comparison], touched: Sequence[float], other_touched: Sequence[float]
) -> list[SidesOut]:
    passages: list[tuple[int, Passage]] = []
    first = 0
    for part in found:
        passages += [(first, passage) for passage in part.passages]
        first += len(part.differences)
    starts = [passage.start_s for _, passage in passages]
    ours, theirs = _numbers(starts, touched), _numbers(starts, other_touched)
    return [
        SidesOut(
            start=passage.start_s,
            end=passage.end_s,
            text=_spans(passage.plain, first),
            other=_spans(passage.adapted, first),
            corrected=number in ours,
            other_corrected=number in theirs,
        )
        for number, (first, passage) in enumerate(passages)
    ]


def _numbers(starts: Sequence[float], moments: Iterable[float]) -> set[int]:
    """Of the passages in which these moments are; a pause belongs to the one before it."""
    return {max(0, bisect_right(starts, moment) - 1) for moment in moments}


def _spans(runs: Iterable[Run], first: int) -> list[SpanOut]:
    """`first`: the number of the stretch's first difference among all of them."""
    return [
        SpanOut(text=run.text, difference=None if run.place is None else first + run.place)
        for run in runs
    ]


def _place(found: Difference) -> PlaceOut:
    return PlaceOut(
        start=found.start_s,
        end=found.end_s,
        text=found.plain,
        other=found.adapted,
        term=found.term,
    )


def _correction(kept: Kept) -> CorrectionOut:
    return CorrectionOut(
        segment=kept.segment.id,
        start=kept.segment.start_s,
        end=kept.segment.end_s,
        text=kept.segment.text,
        machine_text=kept.segment.machine_text,
        other=kept.other,
        agrees=kept.agrees,
    )
