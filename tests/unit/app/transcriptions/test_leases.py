"""Windows are leased with a fence: whoever lost the lease changes nothing any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.clock import now
from app.transcriptions import preparing, recognising
from app.transcriptions.tables import SegmentRow, Status, WindowState
from tests.support.rows import Rows

pytestmark = pytest.mark.chapter(12)


def states(rows: Rows, job: str) -> list[WindowState]:
    return [row.state for row in rows.windows(job)]


def test_a_window_is_leased_once(rows: Rows) -> None:
    rows.prepared(1)
    assert len(rows.leased()) == 1
    assert rows.leased() == ()


def test_a_result_is_accepted_once(rows: Rows) -> None:
    job = rows.prepared(2)
    windows = rows.leased(1)
    assert rows.complete(windows) == 1
    assert rows.complete(windows, "Again.") == 0
    assert [segment.text for segment in rows.all(SegmentRow)] == ["Heard."]
    assert rows.job(job).done_s == 20


@pytest.mark.chapter(7)
def test_a_stale_fence_is_refused(rows: Rows) -> None:
    rows.prepared(1)
    [window] = rows.leased()
    assert rows.complete([replace(window, fence=window.fence - 1)]) == 0
    assert rows.complete([window]) == 1


@pytest.mark.chapter(7)
def test_a_worker_given_up_for_dead_cannot_overwrite_its_successor(rows: Rows) -> None:
    job = rows.prepared(1)
    [old] = rows.leased(process="host@elsewhere:1")
    rows.cancel(job)
    rows.retry(job)
    rows.begin(job)
    [new] = rows.leased(process="host@elsewhere:2")
    assert rows.complete([old], "Stale.") == 0
    assert rows.complete([new], "Fresh.") == 1
    assert rows.job(job).text == "Fresh."


def test_a_stale_failure_is_ignored_as_well(rows: Rows) -> None:
    job = rows.prepared(1)
    [window] = rows.leased()
    rows.fail(replace(window, fence=window.fence - 1))
    assert states(rows, job) == [WindowState.RUNNING]


def test_results_of_a_cancelled_job_are_refused(rows: Rows) -> None:
    job = rows.prepared(2)
    windows = rows.leased(1)
    rows.cancel(job)
    assert rows.complete(windows) == 0
    assert rows.all(SegmentRow) == []
    assert rows.job(job).status is Status.CANCELLED
    assert states(rows, job) == [WindowState.PENDING, WindowState.PENDING]


def test_results_of_a_job_that_failed_meanwhile_are_refused(rows: Rows) -> None:
    job = rows.submit()
    held = rows.begin(job)
    assert held is not None
    rows.add_windows(held, [0])
    windows = rows.leased()
    with rows.context.database.write() as session:
        preparing.fail(session, held, "unreadable_audio", "It is damaged.", retryable=False)
    assert rows.complete(windows) == 0
    assert rows.all(SegmentRow) == []
    assert rows.job(job).status is Status.FAILED


def test_results_of_a_deleted_job_are_refused(rows: Rows) -> None:
    job = rows.prepared(1)
    windows = rows.leased()
    rows.remove(job)
    assert rows.complete(windows) == 0


def test_the_heartbeat_prolongs_the_leases_of_its_own_process_only(rows: Rows) -> None:
    job = rows.prepared(2)
    rows.complete(rows.leased(1))
    rows.prepared(1)
    mine = rows.leased(1, process="host@elsewhere:1")[0].transcription_id
    other = rows.leased(1, process="host@elsewhere:2")[0].transcription_id
    with rows.context.database.write() as session:
        recognising.keep_alive(session, "host@elsewhere:1", 1000)
    late = now() + timedelta(seconds=900)
    assert {mine, other} != {job} and mine != other
    assert any(row.lease_until and row.lease_until > late for row in rows.windows(mine))
    assert not any(row.lease_until and row.lease_until > late for row in rows.windows(other))


@pytest.mark.chapter(7)
def test_a_window_that_fails_is_tried_again_then_on_the_next_rung_then_shown(rows: Rows) -> None:
    job = rows.prepared(1)
    seen = []
    for _ in range(4):
        [window] = rows.leased()
        seen.append(window.rung)
        rows.fail(window, max_tries=2, rungs=2)
    assert seen == [0, 0, 1, 1]
    assert rows.leased() == ()
    assert states(rows, job) == [WindowState.FAILED]
    assert [segment.text for segment in rows.all(SegmentRow)] == ["[inaudible]"]


@pytest.mark.chapter(7)
def test_a_window_that_failed_before_is_tried_alone(rows: Rows) -> None:
    rows.prepared(5)
    rows.complete(rows.leased(1))
    batch = rows.leased(4)
    assert len(batch) == 4
    for window in batch:
        rows.fail(window, max_tries=3, rungs=2)
    assert [len(rows.leased(4)) for _ in range(4)] == [1, 1, 1, 1]


def test_work_is_seen_without_taking_it(rows: Rows) -> None:
    def waiting() -> bool:
        with rows.context.database.read() as session:
            return recognising.work_is_waiting(session)

    assert not waiting()
    rows.prepared(1)
    assert waiting()
    rows.leased()
    assert not waiting()
