"""Which stored objects rows name: all others are left over, and swept."""

from __future__ import annotations

from sqlmodel import Session, select

from app.recordings.tables import Recording
from app.releases.tables import ModelVersion
from app.transcriptions.tables import WindowRow, WindowState


def named_objects(session: Session) -> set[str]:
    """Keys of recordings, their playable copies, adapters, and windows still to be heard."""
    windows = session.exec(
        select(WindowRow.audio_key).where(WindowRow.state != WindowState.DONE)
    ).all()
    recordings = session.exec(select(Recording.storage_key, Recording.playback_key)).all()
    adapters = session.exec(select(ModelVersion.adapter_key)).all()
    keys = [*windows, *adapters, *(key for pair in recordings for key in pair)]
    return {key for key in keys if key is not None}
