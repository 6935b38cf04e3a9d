"""Whose turn it is: short jobs overtake, owners share, nobody starves."""

from __future__ import annotations

import pytest

from app.transcriptions import recognising
from tests.support.rows import Rows

pytestmark = pytest.mark.chapter(12)


def turns(rows: Rows, count: int, most: int = 1) -> list[str]:
    """The jobs of the next `count` leases, each completed before the next."""
    found = []
    for _ in range(count):
        windows = rows.leased(most)
        found.append(windows[0].transcription_id)
        rows.complete(windows)
    return found


def test_a_short_job_goes_before_further_windows_of_three_long_ones(rows: Rows) -> None:
    long = [rows.prepared(30) for _ in range(3)]
    assert set(turns(rows, 6)) == set(long)
    short = rows.prepared(1)
    assert turns(rows, 1) == [short]


def test_jobs_take_turns_and_all_end(rows: Rows) -> None:
    jobs = [rows.prepared(count) for count in (6, 2, 4)]
    order = turns(rows, 12)
    assert set(order[:4]) == set(jobs)
    assert {rows.job(job).status for job in jobs} == {"succeeded"}


def test_an_owner_with_many_jobs_does_not_crowd_out_another(rows: Rows) -> None:
    for _ in range(4):
        rows.prepared(5, owner="acc_many")
    single = rows.prepared(5, owner="acc_one")
    held = [rows.leased(1)[0].transcription_id for _ in range(4)]
    assert held.count(single) == 2
    assert single in held[:2]


def test_priority_goes_first(rows: Rows) -> None:
    rows.prepared(3)
    soon = rows.prepared(3, priority=1)
    rows.prepared(3, priority=-1)
    assert turns(rows, 3) == [soon] * 3


def test_windows_of_a_recording_of_unknown_language_wait_for_the_first(rows: Rows) -> None:
    job = rows.prepared(5, model="whisper-base")
    first = rows.leased(4)
    assert [window.number for window in first] == [0]
    assert rows.leased(4) == ()
    rows.complete(first, language="de", language_probability=0.9)
    batch = rows.lease(4)
    assert batch is not None
    assert (batch.language, len(batch.windows)) == ("de", 4)
    assert rows.job(job).language == "de"


def test_a_language_the_model_is_not_sure_of_is_not_that_of_the_recording(rows: Rows) -> None:
    job = rows.prepared(2, model="whisper-base")
    rows.complete(rows.leased(), language="cy", language_probability=0.3)
    assert rows.job(job).language is None


@pytest.mark.chapter(7)
def test_the_smallest_model_does_not_decide_the_language_of_a_recording(rows: Rows) -> None:
    job = rows.prepared(1, model="whisper-base")
    [first] = rows.leased()
    rows.fail(first, max_tries=1, rungs=2)
    [again] = rows.leased()
    assert again.rung == 1
    rows.complete([again], language="en", language_probability=1.0)
    assert rows.job(job).language is None


def test_small_jobs_that_want_the_same_share_a_batch(rows: Rows) -> None:
    jobs = {rows.prepared(1) for _ in range(3)}
    other = rows.prepared(1, model="whisper-base")
    batch = rows.leased(4)
    assert {window.transcription_id for window in batch} == jobs
    assert [window.transcription_id for window in rows.leased(4)] == [other]


def test_a_batch_has_at_most_as_many_windows_as_asked_for(rows: Rows) -> None:
    rows.prepared(9)
    rows.complete(rows.leased(1))
    assert len(rows.leased(4)) == 4
    assert len(rows.leased(4)) == 4
    assert rows.leased(4) == ()


def test_the_last_windows_are_divided_between_the_streams(rows: Rows) -> None:
    rows.prepared(7)
    rows.complete(rows.leased(1))
    taken = []
    for _ in range(4):
        with rows.context.database.write() as session:
            batch = recognising.lease(session, "host@elsewhere:1", 4, streams=2)
        taken.append(len(batch.windows) if batch else 0)
    assert taken == [3, 2, 1, 0]
