"""Where a list of hits goes on: behind this hit, whatever was added before it meanwhile."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col

from app.cursors import decoded, encoded
from app.transcriptions.tables import SegmentRow, Transcription


@dataclass(frozen=True, slots=True)
class Place:
    """A hit's place in the order: newest transcription first, then as it was said."""

    created_at: datetime
    transcription_id: str
    start_s: float
    segment_id: str

    def cursor(self) -> str:
        return encoded(
            self.created_at.isoformat(), self.transcription_id, self.start_s, self.segment_id
        )


def read(cursor: str) -> Place:
    """Raises `BadRequest`: not one of ours."""
    return decoded(cursor, _place)


def _place(created: str, transcription: str, start: float, segment: str) -> Place:
    when, start_s = datetime.fromisoformat(created), float(start)
    if not isinstance(transcription, str) or not isinstance(segment, str):
        raise ValueError(segment)
    ids = f"{transcription}{segment}"
    if when.tzinfo is None or not ids.isascii() or not math.isfinite(start_s):
        raise ValueError(ids)
    return Place(when.astimezone(UTC), transcription, start_s, segment)


def from_job(place: Place) -> ColumnElement[bool]:
    """Jobs that may have hits behind `place`, its own included."""
    return or_(
        col(Transcription.created_at) < place.created_at,
        and_(
            col(Transcription.created_at) == place.created_at,
            col(Transcription.id) <= place.transcription_id,
        ),
    )


def behind(place: Place) -> ColumnElement[bool]:
    """Segments behind `place`, of jobs that `from_job` lets through."""
    return or_(
        col(SegmentRow.transcription_id) != place.transcription_id,
        col(SegmentRow.start_s) > place.start_s,
        and_(col(SegmentRow.start_s) == place.start_s, col(SegmentRow.id) > place.segment_id),
    )
