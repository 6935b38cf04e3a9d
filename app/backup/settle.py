"""What must be put right in rows of another moment before anybody works with them."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy import update
from sqlmodel import Session, col, delete, select

from app.clock import now
from app.sharing.removal import close_all
from app.transcriptions.tables import (
    Attempt,
    AttemptState,
    SkippedRow,
    Status,
    Transcription,
    WindowRow,
    WindowState,
)

AT_ONCE = 500


def settle(session: Session, missing: Iterable[bytes]) -> None:
    """Let jobs that were running go on; `missing` are lines with keys the storage did not have.

    Nobody holds a lease any more, and no link works. A job whose windows have lost their sound is
    prepared again: its recording is there.
    """
    # Ch 13 · Planning for Operations: what was running when the backup was made goes on afterwards
    session.execute(
        update(WindowRow)
        .where(col(WindowRow.state) == WindowState.RUNNING)
        .values(state=WindowState.PENDING, process=None)
    )
    session.execute(
        update(Attempt)
        .where(col(Attempt.state) == AttemptState.RUNNING)
        .values(
            state=AttemptState.HANDED_BACK,
            finished_at=now(),
            error="it was under way when the backup was made",
        )
    )
    close_all(session)
    keys: list[str] = []
    for line in missing:
        keys.append(str(json.loads(line)["key"]))
        if len(keys) == AT_ONCE:
            _prepare_again(session, keys)
            keys.clear()
    _prepare_again(session, keys)


def _prepare_again(session: Session, keys: list[str]) -> None:
    silent = select(WindowRow.id, WindowRow.transcription_id).where(
        col(WindowRow.audio_key).in_(keys), WindowRow.state == WindowState.PENDING
    )
    found = session.exec(silent).all()
    if not found:
        return
    jobs = {job for _, job in found}
    session.execute(delete(WindowRow).where(col(WindowRow.id).in_([window for window, _ in found])))
    # Whoever prepares it finds the silences again
    session.execute(delete(SkippedRow).where(col(SkippedRow.transcription_id).in_(jobs)))
    session.execute(
        update(Transcription)
        .where(col(Transcription.id).in_(jobs))
        .where(col(Transcription.status) != Status.SUCCEEDED)
        .values(prepared=False)
    )
