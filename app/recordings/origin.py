"""The name under which a machine keeps what it computed from a recording."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Final

from sqlmodel import Session, col, select

from app.recordings.tables import Recording
from app.transcriptions.tables import Transcription

PREFIX: Final = "recording-"
"""What begins otherwise was not computed from anybody's recording."""
_AT_ONCE: Final = 500


def origin(recording: Recording) -> str:
    """The same for the same file sent again by the same owner, never for two owners.

    Nobody can tell by the time a transcript takes that somebody else has the recording as well.
    """
    whose = f"{recording.organisation_id}\n{recording.owner_id}"
    return f"{PREFIX}{recording.upload_sha256}-{hashlib.sha256(whose.encode()).hexdigest()[:16]}"


def origins_of(session: Session, transcription_ids: Collection[str]) -> dict[str, str]:
    """Transcription to the origin of its recording."""
    query = (
        select(Transcription.id, Recording)
        .join(Recording, col(Recording.id) == Transcription.recording_id)
        .where(col(Transcription.id).in_(transcription_ids))
    )
    return {job_id: origin(recording) for job_id, recording in session.exec(query)}


def existing(session: Session, origins: Collection[str]) -> set[str]:
    """Those of `origins` whose recording there still is."""
    uploads = sorted({name.removeprefix(PREFIX).split("-")[0] for name in origins})
    found: set[str] = set()
    for start in range(0, len(uploads), _AT_ONCE):
        some = uploads[start : start + _AT_ONCE]
        query = select(Recording).where(col(Recording.upload_sha256).in_(some))
        found |= {origin(recording) for recording in session.exec(query)}
    return found & set(origins)
