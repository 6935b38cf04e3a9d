"""When a transcript will be ready, told from what waits and how fast it goes here."""

from __future__ import annotations

import pytest

from app.telemetry.service import measured
from app.transcriptions.finish_time import START_S, backlog, estimate, eta_s
from tests.support.rows import Rows

pytestmark = pytest.mark.chapter(12)
SPEED = 10.0


@pytest.fixture(autouse=True)
def speed(rows: Rows) -> None:
    with rows.context.database.write() as session:
        measured(session, "tiny.en", SPEED)


def eta(rows: Rows, job_id: str) -> float | None:
    with rows.context.database.read() as session:
        return eta_s(session, rows.job(job_id))


def test_the_last_of_a_bulk_waits_for_all_of_it(rows: Rows) -> None:
    jobs = [rows.submit(duration_s=100) for _ in range(20)]
    assert eta(rows, jobs[0]) == START_S + 100 / SPEED
    assert eta(rows, jobs[-1]) == START_S + 20 * 100 / SPEED


def test_a_long_job_of_ones_own_delays_a_short_one_by_its_length(rows: Rows) -> None:
    rows.submit(duration_s=3600)
    assert eta(rows, rows.submit(duration_s=30)) == START_S + 2 * 30 / SPEED


def test_the_bulk_of_another_delays_a_job_by_no_more_than_its_length(rows: Rows) -> None:
    for _ in range(10):
        rows.submit(duration_s=100, owner="acc_bulk")
    person = rows.submit(duration_s=100, owner="acc_person")
    assert eta(rows, person) == START_S + 2 * 100 / SPEED
    with rows.context.database.read() as session:
        settings = rows.context.settings
        told = estimate(session, settings, "tiny.en", 50.0, "acc_newcomer")
    assert told.queue_minutes == pytest.approx(2 * 50 / 60, abs=0.01)


def test_what_is_over_does_not_wait(rows: Rows) -> None:
    job = rows.in_state("cancelled")
    rows.in_state("succeeded")
    assert eta(rows, job) is None
    with rows.context.database.read() as session:
        assert backlog(session) == {}


def test_the_backlog_is_told_by_owner_in_seconds_of_work(rows: Rows) -> None:
    rows.submit(duration_s=100, owner="acc_a")
    rows.submit(duration_s=50, owner="acc_a")
    rows.submit(duration_s=30, owner="acc_b")
    with rows.context.database.read() as session:
        found = backlog(session)
    assert {owner: (load.jobs, load.work_s) for owner, load in found.items()} == {
        "acc_a": (2, 15.0),
        "acc_b": (1, 3.0),
    }
