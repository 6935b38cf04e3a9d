"""Stored objects that no row names: what a process left that was killed at the wrong moment."""

from __future__ import annotations

from sqlmodel import Session, select

from app.recordings.tables import Recording
from app.storage.base import ObjectMissing, Storage
from app.transcriptions.tables import WindowRow


def sweep_orphans(session: Session, storage: Storage, *, older_than_s: float, now_s: float) -> int:
    """Remove objects without a row; returns how many.

    Young ones stay: an object is stored before the row that names it is committed.
    """
    windows = session.exec(select(WindowRow.audio_key)).all()
    recordings = session.exec(select(Recording.storage_key, Recording.playback_key)).all()
    known = {*windows, *(key for keys in recordings for key in keys)}
    removed = 0
    for key in list(storage.keys()):
        if key in known:
            continue
        try:
            age_s = now_s - storage.path(key).stat().st_mtime
        except (ObjectMissing, FileNotFoundError):
            continue
        if age_s > older_than_s:
            storage.delete(key)
            removed += 1
    return removed
