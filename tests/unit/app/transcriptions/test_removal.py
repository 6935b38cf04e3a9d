"""Deleting a job removes everything of it, in every state, and nothing of anybody else."""

from __future__ import annotations

import pytest

from app.dispatcher.relay import Relay
from app.errors import NotFound
from app.faults.service import FaultSwitches
from app.outbox.tables import OutboxRow
from app.recordings.tables import Recording
from app.review.tables import Revision
from app.transcriptions import service
from app.transcriptions.options import Request
from app.transcriptions.tables import (
    Attempt,
    SegmentRow,
    SkippedRow,
    Transcription,
    WindowRow,
    WindowState,
)
from tests.support.broker import TakesAll
from tests.support.rows import Rows

pytestmark = pytest.mark.chapter(28)
TABLES = (Transcription, Recording, WindowRow, SegmentRow, SkippedRow, Attempt, Revision)


def relay(rows: Rows) -> None:
    context = rows.context
    Relay(context, TakesAll(), FaultSwitches(context.database)).run_once()  # type: ignore[arg-type]


@pytest.mark.parametrize("state", ["queued", "running", "succeeded", "failed", "cancelled"])
def test_no_row_and_no_object_is_left(rows: Rows, state: str) -> None:
    job = rows.in_state(state)
    rows.remove(job)
    relay(rows)
    assert [table.__name__ for table in TABLES if rows.all(table)] == []
    assert list(rows.context.storage.keys()) == []
    assert all(row.sent_at for row in rows.all(OutboxRow))


def test_other_jobs_keep_everything(rows: Rows) -> None:
    kept, gone = rows.running(), rows.running()
    rows.remove(gone)
    relay(rows)
    named = {row.audio_key for row in rows.windows(kept) if row.state is not WindowState.DONE}
    named |= {recording.storage_key for recording in rows.all(Recording)}
    assert set(rows.context.storage.keys()) == named
    assert len(rows.windows(kept)) == 3
    assert rows.job(kept).status == "running"


def test_a_recording_goes_with_its_last_transcription(rows: Rows) -> None:
    first = rows.submit()
    with rows.context.database.write() as session:
        recording = session.get_one(Recording, rows.job(first).recording_id)
        second = service.submit(session, recording, Request("tiny.en", None, (), 0)).id
    rows.remove(first)
    assert len(rows.all(Recording)) == 1
    rows.remove(second)
    assert rows.all(Recording) == []


def test_nothing_is_deleted_from_the_storage_before_the_commit(rows: Rows) -> None:
    job = rows.running()
    relay(rows)
    before = set(rows.context.storage.keys())
    with pytest.raises(RuntimeError), rows.context.database.write() as session:
        service.remove(session, job)
        raise RuntimeError
    relay(rows)
    assert set(rows.context.storage.keys()) == before
    assert rows.job(job).status == "running"


def test_what_is_gone_cannot_be_deleted_again(rows: Rows) -> None:
    job = rows.submit()
    rows.remove(job)
    with pytest.raises(NotFound):
        rows.remove(job)
