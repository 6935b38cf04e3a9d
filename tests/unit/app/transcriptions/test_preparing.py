"""Preparing a job: one process at a time, and what it found is kept."""

from __future__ import annotations

import pytest

from app.outbox.tables import OutboxRow, Topic
from app.transcriptions import preparing
from app.transcriptions.preparing import LeaseLost, Preparation
from app.transcriptions.tables import Attempt, AttemptState, SkippedRow, Stage, Status
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


def test_an_attempt_that_was_lost_is_followed_by_another(rows: Rows) -> None:
    job = rows.submit()
    held = begun(rows, job)
    rows.add_windows(held, [0, 1])
    with rows.context.database.write() as session:
        preparing.lose(session, held, "decoder_crashed", "the decoder died", max_attempts=3)
    again = begun(rows, job)
    assert again.known_windows == {0, 1}
    assert sorted(attempt.number for attempt in rows.all(Attempt)) == [1, 2]


@pytest.mark.chapter(7)
def test_a_recording_under_which_the_decoder_keeps_dying_ends_with_that_reason(rows: Rows) -> None:
    job = rows.submit()
    for _ in range(2):
        held = begun(rows, job)
        with rows.context.database.write() as session:
            preparing.lose(session, held, "decoder_crashed", "the decoder died", max_attempts=2)
    found = rows.job(job)
    assert (found.status, found.error_code) == (Status.FAILED, "decoder_crashed")
    assert "set aside" in (found.error_message or "")


@pytest.mark.chapter(13)
def test_a_job_that_is_put_off_waits_in_the_queue_and_nothing_is_counted(rows: Rows) -> None:
    job = rows.submit()
    held = begun(rows, job)
    with rows.context.database.write() as session:
        preparing.put_off(session, held, "NoSpace")
    found = rows.job(job)
    assert (found.status, found.stage, found.error_code) == (Status.RUNNING, Stage.QUEUED, None)
    [attempt] = rows.all(Attempt)
    assert (attempt.state, attempt.error) == (AttemptState.HANDED_BACK, "NoSpace")
    begun(rows, job)


def test_windows_and_the_end_may_be_told_twice(rows: Rows) -> None:
    job = rows.submit()
    held = begun(rows, job)
    rows.add_windows(held, [0, 1])
    rows.add_windows(held, [1, 2])
    assert [row.number for row in rows.windows(job)] == [0, 1, 2]
    rows.finish(held)
    rows.finish(held)
    assert len(rows.all(SkippedRow)) == 1


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
        preparing.keep_alive(session, held)
    assert rows.windows(job) == []


def test_a_sign_of_life_is_counted(rows: Rows) -> None:
    held = begun(rows, rows.submit())
    with rows.context.database.write() as session:
        preparing.keep_alive(session, held)
    rows.add_windows(held, [0])
    [attempt] = rows.all(Attempt)
    assert attempt.beats == 2


def test_a_recording_that_cannot_be_decoded_ends_with_its_reason(rows: Rows) -> None:
    job = rows.submit()
    held = begun(rows, job)
    with rows.context.database.write() as session:
        preparing.fail(session, held, "unreadable_audio", "It is damaged.", retryable=False)
    found = rows.job(job)
    assert (found.status, found.error_code) == (Status.FAILED, "unreadable_audio")
    assert rows.all(Attempt)[0].state is AttemptState.FAILED
