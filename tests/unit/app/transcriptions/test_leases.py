"""Windows are leased with a fence: whoever lost the lease changes nothing any more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.transcriptions import preparing, recognising
from app.transcriptions.recognising import LeasedWindow
from app.transcriptions.tables import SegmentRow, Status, WindowRow, WindowState
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


def test_a_sign_of_life_counts_for_windows_that_are_still_held_only(rows: Rows) -> None:
    job = rows.prepared(3)
    rows.complete(rows.leased(1))
    mine, taken = rows.leased(2)
    with rows.context.database.write() as session:
        recognising.keep_alive(session, [mine, replace(taken, fence=taken.fence - 1)])
        recognising.keep_alive(session, [mine])
    assert [row.beats for row in rows.windows(job)] == [0, 2, 0]


@pytest.mark.chapter(13)
def test_what_is_handed_back_is_free_at_once_and_counts_as_nothing(rows: Rows) -> None:
    job = rows.prepared(3)
    rows.complete(rows.leased(1))
    windows = rows.leased(2)
    stale = replace(windows[0], fence=windows[0].fence - 1)
    with rows.context.database.write() as session:
        assert recognising.hand_back(session, [stale, windows[1]]) == 1
    assert states(rows, job) == [WindowState.DONE, WindowState.RUNNING, WindowState.PENDING]
    assert rows.complete([windows[1]], "Late.") == 0
    [again] = rows.leased(4, process="host@elsewhere:2")
    assert again.number == windows[1].number
    assert {(row.tries, row.losses, row.rung) for row in rows.windows(job)} == {(0, 0, 0)}


@pytest.mark.chapter(12)
def test_windows_leased_by_a_commit_whose_answer_was_lost_are_not_waited_for(rows: Rows) -> None:
    job = rows.prepared(4)
    rows.complete(rows.leased(1))
    [known], [unknown] = rows.leased(1), rows.leased(1)
    [others] = rows.leased(1, process="host@elsewhere:2")
    with rows.context.database.write() as session:
        recognising.free_forgotten(session, "host@elsewhere:1", [known])
    found = {row.id: row.state for row in rows.windows(job)}
    assert found[known.id] is found[others.id] is WindowState.RUNNING
    assert found[unknown.id] is WindowState.PENDING
    assert rows.complete([unknown], "Late.") == 0


def suspected(rows: Rows, window: LeasedWindow) -> None:
    """As the reaper leaves a window whose process died over it."""
    with rows.context.database.write() as session:
        row = session.get_one(WindowRow, window.id)
        row.losses, row.state = 1, WindowState.PENDING


@pytest.mark.chapter(7)
def test_a_window_whose_process_died_is_heard_when_nothing_else_is(rows: Rows) -> None:
    rows.prepared(4)
    rows.complete(rows.leased(1))
    killer, other = rows.leased(1)[0], rows.leased(1)
    suspected(rows, killer)
    assert rows.leased() == (), "another stream of the process is still at work"
    rows.complete(other)
    [alone] = rows.leased(4)
    assert alone.id == killer.id
    assert rows.leased() == (), "nobody keeps the suspect company"
    rows.complete([alone])
    assert len(rows.leased()) == 1


@pytest.mark.chapter(7)
def test_another_process_is_not_held_up_by_a_suspect_elsewhere(rows: Rows) -> None:
    rows.prepared(4)
    rows.complete(rows.leased(1))
    [killer] = rows.leased(1)
    suspected(rows, killer)
    assert [w.id for w in rows.leased(4)] == [killer.id]
    assert len(rows.leased(4, process="host@elsewhere:2")) == 2


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
