"""Where a list of hits goes on: behind this hit, whatever was added before it meanwhile."""

from __future__ import annotations

import base64
import binascii
import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col

from app.errors import BadRequest
from app.transcriptions.tables import SegmentRow, Transcription


@dataclass(frozen=True, slots=True)
class Place:
    """A hit's place in the order: newest transcription first, then as it was said."""

    created_at: datetime
    transcription_id: str
    start_s: float
    segment_id: str

    def cursor(self) -> str:
        told = [self.created_at.isoformat(), self.transcription_id, self.start_s, self.segment_id]
        return base64.urlsafe_b64encode(json.dumps(told).encode()).decode()


def read(cursor: str) -> Place:
    """Raises `BadRequest`: not one of ours."""
    try:
        created, transcription, start_s, segment = json.loads(base64.urlsafe_b64decode(cursor))
        place = Place(datetime.fromisoformat(created), transcription, float(start_s), segment)
        ids = f"{place.transcription_id}{place.segment_id}"
        if place.created_at.tzinfo is None or not ids.isascii() or not math.isfinite(place.start_s):
            raise ValueError(cursor)
        if not isinstance(transcription, str) or not isinstance(segment, str):
            raise ValueError(cursor)
        return Place(place.created_at.astimezone(UTC), transcription, place.start_s, segment)
    except (ValueError, TypeError, OverflowError, binascii.Error) as error:
        raise BadRequest(
            code="bad_cursor", detail="The cursor was not made by this server; leave it out."
        ) from error


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
