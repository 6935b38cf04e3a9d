"""Which stored objects rows name: all others are left over, and swept."""

from __future__ import annotations

from sqlmodel import Session, select

from app.recordings.tables import Recording
from app.transcriptions.tables import WindowRow, WindowState


def named_objects(session: Session) -> set[str]:
    """Keys of recordings, of their playable copies, and of windows that are still to be heard."""
    windows = session.exec(
        select(WindowRow.audio_key).where(WindowRow.state != WindowState.DONE)
    ).all()
    recordings = session.exec(select(Recording.storage_key, Recording.playback_key)).all()
    return {*windows, *(key for keys in recordings for key in keys if key is not None)}
