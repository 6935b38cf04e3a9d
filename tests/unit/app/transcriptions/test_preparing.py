"""Preparing a job: one process at a time, and what it found is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.clock import now
from app.outbox.tables import OutboxRow, Topic
from app.transcriptions import preparing
from app.transcriptions.preparing import LeaseLost, Preparation
from app.transcriptions.tables import Attempt, AttemptState, Stage, Status
from tests.support.rows import Rows

pytestmark = pytest.mark.chapter(12)


def begun(rows: Rows, job: str) -> Preparation:
    held = rows.begin(job)
    assert held is not None
    return held


def test_a_message_delivered_twice_begins_once(rows: Rows) -> None:
    job = rows.submit()
    assert rows.begin(job) is not None
    assert rows.begin(job) is None
    assert len(rows.all(Attempt)) == 1
    assert rows.job(job).status is Status.RUNNING


def test_a_message_for_a_deleted_job_does_nothing(rows: Rows) -> None:
    assert rows.begin("tr_gone") is None


@pytest.mark.parametrize("state", ["succeeded", "failed", "cancelled"])
def test_a_late_message_does_not_wake_a_job_that_is_over(rows: Rows, state: str) -> None:
    job = rows.in_state(state)
    revision = rows.job(job).revision
    assert rows.begin(job) is None
    assert (rows.job(job).status, rows.job(job).revision) == (state, revision)


def test_windows_are_announced_as_soon_as_there_are_any(rows: Rows) -> None:
    job = rows.submit()
    held = begun(rows, job)
    rows.add_windows(held, [0])
    rows.add_windows(held, [1])
    assert rows.job(job).stage is Stage.RECOGNISING
    assert [row.topic for row in rows.all(OutboxRow)] == [Topic.PREPARE, Topic.RECOGNISE]


def test_an_attempt_whose_lease_ran_out_is_followed_by_another(rows: Rows) -> None:
    job = rows.submit()
    held = begun(rows, job)
    rows.add_windows(held, [0, 1])
    with rows.context.database.write() as session:
        session.get_one(Attempt, held.attempt_id).lease_until = now() - timedelta(seconds=1)
    again = begun(rows, job)
    assert again.known_windows == {0, 1}
    assert sorted(attempt.number for attempt in rows.all(Attempt)) == [1, 2]


@pytest.mark.parametrize("how", ["cancelled", "deleted", "taken back"])
def test_a_process_that_lost_its_lease_is_stopped_at_its_next_word(rows: Rows, how: str) -> None:
    job = rows.submit()
    held = begun(rows, job)
    if how == "cancelled":
        rows.cancel(job)
    elif how == "deleted":
        rows.remove(job)
    else:
        with rows.context.database.write() as session:
            session.get_one(Attempt, held.attempt_id).fence += 1
    with pytest.raises(LeaseLost):
        rows.add_windows(held, [0])
    with pytest.raises(LeaseLost):
        rows.finish(held)
    with pytest.raises(LeaseLost), rows.context.database.write() as session:
        preparing.keep_alive(session, held, 60)
    assert rows.windows(job) == []


def test_a_sign_of_life_prolongs_the_lease(rows: Rows) -> None:
    held = begun(rows, rows.submit())
    with rows.context.database.write() as session:
        preparing.keep_alive(session, held, 1000)
    [attempt] = rows.all(Attempt)
    assert attempt.lease_until is not None
    assert attempt.lease_until > now() + timedelta(seconds=900)


def test_a_recording_that_cannot_be_decoded_ends_with_its_reason(rows: Rows) -> None:
    job = rows.submit()
    held = begun(rows, job)
    with rows.context.database.write() as session:
        preparing.fail(session, held, "unreadable_audio", "It is damaged.", retryable=False)
    found = rows.job(job)
    assert (found.status, found.error_code) == (Status.FAILED, "unreadable_audio")
    assert rows.all(Attempt)[0].state is AttemptState.FAILED
