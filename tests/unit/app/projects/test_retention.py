"""What a project promised to delete is deleted, when it is due and never while it is in work."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select, update

from app.clock import now
from app.dispatcher.__main__ import _chores
from app.dispatcher.relay import Relay
from app.dispatcher.steady import SteadyClock
from app.faults.service import FaultSwitches
from app.projects import retention
from app.projects.finding import get
from app.projects.retention import delete_due, due_at, next_deletion
from app.projects.schemas import ProjectIn
from app.projects.service import create, move_in, move_out
from app.projects.tables import Project
from app.recordings.tables import Recording
from app.transcriptions import service
from app.transcriptions.options import Request
from app.transcriptions.tables import SegmentRow, Transcription
from tests.support.broker import TakesAll
from tests.support.rows import Rows

pytestmark = pytest.mark.chapter(28)


def project(rows: Rows, days: int | None = 30, name: str = "prj") -> str:
    with rows.context.database.write() as session:
        return create(session, name, ProjectIn(name=name, retention_days=days)).id


def put_in(rows: Rows, project_id: str, state: str) -> str:
    job = rows.in_state(state)
    with rows.context.database.write() as session:
        move_in(session, project_id, job)
    return job


def days_pass(rows: Rows, days: float) -> None:
    """Everything that is there is so much older now."""
    by = timedelta(days=days)
    with rows.context.database.write() as session:
        for job in session.exec(select(Transcription)).all():
            job.finished_at = job.finished_at and job.finished_at - by
            job.project_since = job.project_since and job.project_since - by
            job.created_at -= by
        for each in session.exec(select(Project)).all():
            each.retention_since = each.retention_since and each.retention_since - by


def sweep(rows: Rows, **how: int) -> int:
    return rows.context.database.transact(lambda session: delete_due(session, **how))


def test_text_rows_and_sound_are_really_gone(rows: Rows) -> None:
    project_id = project(rows)
    put_in(rows, project_id, "succeeded")
    outside = rows.in_state("succeeded")
    days_pass(rows, 29.9)
    assert sweep(rows) == 0
    days_pass(rows, 0.2)
    assert sweep(rows) == 1
    context = rows.context
    Relay(context, TakesAll(), FaultSwitches(context.database)).run_once()  # type: ignore[arg-type]
    assert [job.id for job in rows.all(Transcription)] == [outside]
    assert {row.transcription_id for row in rows.all(SegmentRow)} == {outside}
    [recording] = rows.all(Recording)
    assert list(context.storage.keys()) == [recording.storage_key]
    assert len(rows.all(Project)) == 1
    assert sweep(rows) == 0


def test_the_dispatcher_does_it_when_the_clock_can_be_believed(
    rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    project_id = project(rows, 1)
    for _ in range(3):
        put_in(rows, project_id, "succeeded")
    days_pass(rows, 2)
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    context = rows.context
    faults = FaultSwitches(context.database)
    relay = Relay(context, TakesAll(), faults)  # type: ignore[arg-type]
    steady = False
    monkeypatch.setattr(SteadyClock, "is_steady", lambda self: steady)
    sweep_rows = next(
        chore for chore in _chores(context, relay, faults) if chore.run.__name__ == "sweep_rows"
    )
    sweep_rows.run()
    assert len(rows.all(Transcription)) == 3
    steady = True
    sweep_rows.run()
    assert rows.all(Transcription) == []


@pytest.mark.parametrize("state", ["queued", "running"])
def test_what_is_in_work_is_never_deleted(rows: Rows, state: str) -> None:
    job = put_in(rows, project(rows, 1), state)
    days_pass(rows, 4000)
    assert sweep(rows) == 0
    assert rows.job(job).status == state


def test_what_is_tried_again_is_in_work_again(rows: Rows) -> None:
    job = put_in(rows, project(rows, 1), "failed")
    days_pass(rows, 5)
    rows.retry(job)
    assert sweep(rows) == 0
    rows.cancel(job)
    assert sweep(rows) == 0, "its time begins when it ends"
    days_pass(rows, 1.1)
    assert sweep(rows) == 1


def test_nothing_goes_within_a_day_of_a_new_rule(rows: Rows) -> None:
    project_id = project(rows, None)
    put_in(rows, project_id, "succeeded")
    days_pass(rows, 100)
    assert sweep(rows) == 0
    with rows.context.database.write() as session:
        session.execute(update(Project).values(retention_days=7, retention_since=now()))
    assert sweep(rows) == 0
    days_pass(rows, 0.9)
    assert sweep(rows) == 0
    days_pass(rows, 0.2)
    assert sweep(rows) == 1


def test_nothing_goes_within_a_day_of_coming_in_and_nothing_that_left(rows: Rows) -> None:
    project_id = project(rows, 7)
    stays, goes = rows.in_state("succeeded"), rows.in_state("succeeded")
    days_pass(rows, 100)
    with rows.context.database.write() as session:
        move_in(session, project_id, stays)
        move_in(session, project_id, goes)
    assert sweep(rows) == 0
    days_pass(rows, 1.1)
    with rows.context.database.write() as session:
        move_out(session, project_id, stays)
    assert sweep(rows) == 1
    assert [job.id for job in rows.all(Transcription)] == [stays]


def test_the_date_that_is_told_is_the_date_it_happens(rows: Rows) -> None:
    project_id = project(rows, 30)
    job = rows.job(put_in(rows, project_id, "succeeded"))
    assert job.finished_at is not None
    with rows.context.database.read() as session:
        found = get(session, project_id)
        told = next_deletion(session, found)
        assert told == due_at(found, job.finished_at, job.project_since)
    assert told == job.finished_at + timedelta(days=30)
    assert told is not None
    days_pass(rows, (told - now()).total_seconds() / 86400 - 0.01)
    assert sweep(rows) == 0
    days_pass(rows, 0.02)
    assert sweep(rows) == 1


def test_many_go_some_at_a_time(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        project_id = project(rows, 1, name)
        for _ in range(3):
            put_in(rows, project_id, "cancelled")
    days_pass(rows, 3)
    assert [sweep(rows, at_once=4) for _ in range(3)] == [4, 2, 0]


def test_a_recording_that_another_transcript_has_stays(rows: Rows) -> None:
    project_id = project(rows, 1)
    job = rows.job(put_in(rows, project_id, "succeeded"))
    with rows.context.database.write() as session:
        recording = session.get_one(Recording, job.recording_id)
        other = service.submit(session, recording, Request("tiny.en", None, (), 0)).id
    days_pass(rows, 3)
    assert sweep(rows) == 1
    assert [each.id for each in rows.all(Transcription)] == [other]
    assert len(rows.all(Recording)) == 1
    assert timedelta(days=1) == retention.GRACE
