"""What may become a recording, and what is removed with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlmodel import Session, col, select

from app.clock import now
from app.context import Context
from app.database import DatabaseError
from app.errors import NotFound, Problem, Unavailable, Unprocessable
from app.idempotency.service import forget_made
from app.ids import new_id
from app.media.client import AudioInfo, MediaError
from app.media.faults import planted
from app.media.source import Source
from app.outbox.service import delete_objects
from app.previews import removal as previews
from app.recordings.tables import Recording
from app.recordings.upload import ReceivedFile
from app.releases.learned import mark_deleted
from app.storage.base import Storage


def examine(context: Context, source: Source) -> AudioInfo:
    """Look into a file. Raises `MediaError`, or `Problem` for one that is too long."""
    info = context.decoder.probe(source, fault=planted(context.faults))
    _check_length(context, info.duration_s)
    return info


def probe(context: Context, file: ReceivedFile) -> AudioInfo:
    """Look into the file; whatever is no recording is removed and refused with its reason."""
    try:
        with context.storage.local_file(file.key) as opened:
            info = examine(context, opened)
    except MediaError as error:
        context.storage.delete(file.key)
        raise as_problem(error) from error
    except BaseException:
        context.storage.delete(file.key)
        raise
    return info


@contextmanager
def kept_or_deleted(storage: Storage, file: ReceivedFile | None) -> Iterator[None]:
    """Around the transaction that records `file`: if it fails, the bytes are not kept either."""
    try:
        yield
    except DatabaseError:
        raise  # a row may name the object; if none does, it is swept
    except BaseException:
        if file is not None:
            storage.delete(file.key)
        raise


def _check_length(context: Context, duration_s: float | None) -> None:
    limit = context.settings.max_audio_s
    if duration_s is not None and duration_s > limit:
        raise Unprocessable(
            code="too_long",
            detail=f"The recording lasts {duration_s / 3600:.1f} hours, at most"
            f" {limit / 3600:g} are accepted. Nothing was kept; cut it in parts.",
        )


def as_problem(error: MediaError) -> Problem:
    kind = Unavailable if error.retryable else Unprocessable
    return kind(code=error.code, detail=f"{error.detail} Nothing was kept of this upload.")


def keep(
    session: Session, file: ReceivedFile, info: AudioInfo, recording_id: str | None = None
) -> Recording:
    """Record a file that was found to be a recording."""
    recording = Recording(
        id=recording_id or new_id("rec"),
        name=file.name,
        container=file.container.name,
        media_type=file.container.media_type,
        storage_key=file.key,
        playback_key=file.key if file.container.playable else None,
        size_bytes=file.size_bytes,
        upload_sha256=file.sha256,
        stored_sha256=file.sha256,
        codec=info.codec,
        sample_rate_hz=info.sample_rate_hz,
        channels=info.channels,
        duration_s=info.duration_s,
    )
    session.add(recording)
    return recording


def get(session: Session, recording_id: str) -> Recording:
    recording = session.get(Recording, recording_id)
    if recording is None:
        raise NotFound(code="recording_not_found", detail=f"There is no recording {recording_id}.")
    return recording


def remove(session: Session, recording: Recording) -> None:
    """Delete the row now and the audio once this transaction has been committed."""
    # Ch 28 · Security and Privacy: deleting a transcript deletes the audio it was made from
    previews.of_recording(session, recording.id)
    forget_made(session, recording.id)
    keys = {recording.storage_key, recording.playback_key} - {None}
    delete_objects(session, [key for key in keys if key is not None])
    session.delete(recording)
    session.flush()
    same = select(Recording.id).where(Recording.upload_sha256 == recording.upload_sha256)
    if session.exec(same).first() is None:
        mark_deleted(session, recording.upload_sha256, recording.owner_id)


def sweep_unused(session: Session, unused_h: float) -> int:
    """Remove uploads that nobody transcribed; returns how many."""
    before = now() - timedelta(hours=unused_h)
    unused = session.exec(
        select(Recording).where(
            col(Recording.used_at).is_(None), col(Recording.created_at) < before
        )
    ).all()
    for recording in unused:
        remove(session, recording)
    return len(unused)
