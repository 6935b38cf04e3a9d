"""What fits into the queue: fair by owner, bounded in all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.admission.queue import LONGEST_PAUSE_S, excess, spoken
from app.transcriptions.finish_time import Load

pytestmark = pytest.mark.chapter(12)
OWNERS = st.sampled_from(["anna", "bert", "carl", "dora"])
LIMITS = {"most_work_s": 1000.0, "most_jobs": 50}


def test_an_owner_is_refused_what_would_be_ready_too_late() -> None:
    waiting = {"anna": Load(3, 990.0)}
    assert excess(waiting, "anna", 10.0, **LIMITS) is None
    over = excess(waiting, "anna", 30.0, **LIMITS)
    assert over is not None
    assert (over.work_s, over.jobs) == (20.0, 0)
    assert over.retry_after_s == 20


def test_a_person_is_let_in_beside_the_bulk_of_another() -> None:
    waiting = {"bulk": Load(45, 999.0)}
    assert excess(waiting, "bulk", 30.0, **LIMITS) is not None
    assert excess(waiting, "person", 30.0, **LIMITS) is None


def test_too_many_jobs_are_refused_however_short() -> None:
    waiting = {"anna": Load(50, 1.0)}
    over = excess(waiting, "anna", 0.0, **LIMITS)
    assert over is not None
    assert (over.work_s, over.jobs) == (0.0, 1)
    assert over.retry_after_s >= 1
    assert excess(waiting, "bert", 0.0, **LIMITS) is None


def test_a_crowd_is_in_front_of_everybody() -> None:
    over = excess({}, "anna", 5.0, **LIMITS, crowd_s=10_000.0)
    assert over is not None
    assert over.retry_after_s == LONGEST_PAUSE_S


@given(st.lists(st.tuples(OWNERS, st.floats(0.1, 400)), max_size=120))
def test_whatever_is_sent_the_queue_stays_bounded(sent: list[tuple[str, float]]) -> None:
    """The k-th largest part of it is at most 1/k of the limit."""
    waiting: dict[str, Load] = {}
    for owner, work_s in sent:
        if excess(waiting, owner, work_s, **LIMITS) is None:
            had = waiting.get(owner, Load(0, 0.0))
            waiting[owner] = Load(had.jobs + 1, had.work_s + work_s)
    parts = sorted((load.work_s for load in waiting.values()), reverse=True)
    counts = sorted((load.jobs for load in waiting.values()), reverse=True)
    assert all(part <= 1000.0 / k + 1e-6 for k, part in enumerate(parts, 1))
    assert all(count <= 50 / k for k, count in enumerate(counts, 1))


@given(st.floats(0, 5000), st.floats(0.1, 5000))
def test_after_the_time_that_was_told_the_same_job_is_taken(had_s: float, work_s: float) -> None:
    """One second of work is done a second; told at most an hour at a time."""
    over = excess({"anna": Load(1, had_s)}, "anna", work_s, **LIMITS)
    if over is None or work_s > 1000:
        return
    left_s = max(0.0, had_s - over.retry_after_s - 1)
    again = excess({"anna": Load(1, left_s)}, "anna", work_s, **LIMITS)
    assert again is None or over.retry_after_s == LONGEST_PAUSE_S


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(1, "a second"), (42, "42 seconds"), (91, "2 minutes"), (3600, "60 minutes")],
)
def test_times_are_said_for_people(seconds: float, said: str) -> None:
    assert spoken(seconds) == said
