"""Uploads nobody transcribed are swept after their time; used ones stay."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import update

from app.clock import now
from app.dispatcher.relay import Relay
from app.faults.service import FaultSwitches
from app.recordings.service import sweep_unused
from app.recordings.tables import Recording
from tests.support.broker import Down
from tests.support.rows import Rows

pytestmark = pytest.mark.chapter(28)


def sweep(rows: Rows) -> int:
    with rows.context.database.write() as session:
        return sweep_unused(session, 24)


def unused(rows: Rows, hours: float) -> None:
    rows.submit()
    with rows.context.database.write() as session:
        created = now() - timedelta(hours=hours)
        session.execute(update(Recording).values(used_at=None, created_at=created))


def test_an_old_upload_nobody_used_is_removed_with_its_audio(rows: Rows) -> None:
    job = rows.submit()
    with rows.context.database.write() as session:
        job_row = rows.job(job)
        session.add(
            Recording.model_validate(
                session.get_one(Recording, job_row.recording_id).model_dump()
                | {
                    "id": "rec_unused",
                    "used_at": None,
                    "created_at": now() - timedelta(hours=25),
                    "storage_key": rows.store(),
                    "playback_key": None,
                }
            )
        )
    assert sweep(rows) == 1
    assert [recording.id for recording in rows.all(Recording)] == [job_row.recording_id]
    with rows.context.database.write() as session:
        session.execute(update(Recording).values(created_at=now() - timedelta(days=400)))
    assert sweep(rows) == 0, "this one has a transcription"
    relay = Relay(rows.context, Down(1), FaultSwitches(rows.context.database))  # type: ignore[arg-type]
    relay.run_once()
    assert len(list(rows.context.storage.keys())) == 1


def test_a_fresh_upload_is_left_alone(rows: Rows) -> None:
    unused(rows, 23)
    assert sweep(rows) == 0
