"""Work of processes that died is taken back, a limited number of times, and shown in the end."""

from __future__ import annotations

import subprocess
import sys

import pytest

from app.clock import put_forward
from app.models.names import ladder
from app.outbox.tables import OutboxRow, Topic
from app.telemetry.service import process_name
from app.transcriptions import preparing, reaper, recognising
from app.transcriptions.reaper import Reaper
from app.transcriptions.tables import (
    Attempt,
    AttemptState,
    SegmentRow,
    Status,
    Transcription,
    WindowState,
)
from app.transcriptions.waiting import topics
from tests.support.rows import Rows

pytestmark = pytest.mark.chapter(13)


LEASE_S = 60.0


class Watched:
    """A reaper whose clock the test sets."""

    def __init__(self, rows: Rows, max_attempts: int = 3) -> None:
        self.rows, self.time = rows, 0.0
        self.reaper = Reaper(LEASE_S, max_attempts, lambda: self.time)

    def take_back(self, after_s: float = 0.0) -> int:
        self.time += after_s
        with self.rows.context.database.write() as session:
            return self.reaper.take_back(session)

    def give_up_silent_ones(self) -> int:
        """See who holds what, then find that nobody stirred for longer than a lease."""
        self.take_back()
        return self.take_back(LEASE_S + 1)


def messages(rows: Rows, topic: Topic) -> int:
    return sum(row.topic is topic for row in rows.all(OutboxRow))


def dead_process() -> str:
    """The name of a process of this machine that has ended."""
    script = "from app.telemetry.service import process_name; print(process_name('host'))"
    ended = subprocess.run([sys.executable, "-c", script], check=True, stdout=subprocess.PIPE)
    return ended.stdout.decode().strip()


def test_a_lease_that_holds_is_left_alone(rows: Rows) -> None:
    rows.begin(rows.submit())
    rows.prepared(1)
    rows.leased()
    watched = Watched(rows)
    watched.take_back()
    assert watched.take_back(LEASE_S - 1) == 0


@pytest.mark.chapter(12)
def test_whoever_gives_signs_of_life_keeps_its_work_for_ever(rows: Rows) -> None:
    held = rows.begin(rows.submit())
    assert held is not None
    rows.prepared(1)
    windows = rows.leased()
    watched = Watched(rows)
    for _ in range(20):
        with rows.context.database.write() as session:
            preparing.keep_alive(session, held)
            recognising.keep_alive(session, windows)
        assert watched.take_back(LEASE_S - 1) == 0
    assert watched.take_back(LEASE_S + 1) == 2


@pytest.mark.chapter(18)
@pytest.mark.parametrize("jump_s", [3 * 86_400.0, -3 * 86_400.0])
def test_a_clock_that_jumps_ends_no_lease_and_hides_no_death(rows: Rows, jump_s: float) -> None:
    rows.begin(rows.submit())
    watched = Watched(rows)
    watched.take_back()
    try:
        put_forward(jump_s)
        assert watched.take_back(1) == 0
        assert watched.take_back(LEASE_S) == 1
    finally:
        put_forward(0)


def test_a_dispatcher_that_was_restarted_does_not_take_back_too_early(rows: Rows) -> None:
    rows.begin(rows.submit())
    first = Watched(rows)
    first.take_back()
    first.take_back(LEASE_S - 1)
    second = Watched(rows)
    assert second.take_back() == 0
    assert second.take_back(LEASE_S + 1) == 1


def test_a_silent_window_is_given_to_the_next_who_asks(rows: Rows) -> None:
    job = rows.prepared(1)
    [old] = rows.leased()
    assert Watched(rows).give_up_silent_ones() == 1
    assert messages(rows, Topic.RECOGNISE) == 2
    [new] = rows.leased()
    assert new.fence > old.fence
    assert rows.complete([old], "Stale.") == 0
    assert rows.complete([new], "Fresh.") == 1
    assert rows.job(job).text == "Fresh."


def test_the_window_of_a_process_known_to_be_dead_is_taken_back_at_once(rows: Rows) -> None:
    rows.prepared(1)
    rows.leased(process=dead_process())
    assert Watched(rows).take_back() == 1


def test_a_live_process_of_this_machine_keeps_its_window(rows: Rows) -> None:
    rows.prepared(1)
    rows.leased(process=process_name("host"))
    assert Watched(rows).take_back() == 0


def test_a_number_that_another_process_has_now_does_not_hide_a_death(rows: Rows) -> None:
    rows.prepared(1)
    rows.leased(process=process_name("host").rpartition(":")[0] + ":12345")
    assert Watched(rows).take_back() == 1


@pytest.mark.chapter(7)
def test_a_window_that_kills_its_host_goes_down_the_ladder_and_is_shown_as_a_gap(
    rows: Rows,
) -> None:
    job = rows.prepared(2, model="whisper-base", language="en")
    rows.complete([w for w in rows.leased(1) if w.number == 0])
    seen = []
    while windows := rows.leased(1):
        seen.append(windows[0].rung)
        Watched(rows, max_attempts=1).give_up_silent_ones()
    assert seen == [0, 0, 1, 1], "one loss more than failures: the first was in company"
    states = [row.state for row in rows.windows(job)]
    assert states == [WindowState.DONE, WindowState.FAILED]
    [_, gap] = sorted(rows.all(SegmentRow), key=lambda segment: segment.start_s)
    assert (gap.text, gap.start_s, gap.end_s) == ("[inaudible]", 20, 40)
    assert set(gap.flags) == {"inaudible", "failed"}
    assert rows.job(job).status is Status.SUCCEEDED


@pytest.mark.chapter(7)
@pytest.mark.parametrize(("model", "language"), [("tiny.en", None), ("whisper-base", "de")])
def test_a_ladder_of_one_rung_has_no_second(rows: Rows, model: str, language: str | None) -> None:
    job = rows.prepared(1, model=model, language=language)
    for _ in range(2):
        rows.leased()
        Watched(rows, max_attempts=1).give_up_silent_ones()
    assert [row.state for row in rows.windows(job)] == [WindowState.FAILED]
    assert rows.job(job).status is Status.FAILED


@pytest.mark.parametrize("model", ["tiny.en", "whisper-base", "/models/of-ones-own"])
@pytest.mark.parametrize("language", [None, "en", "de"])
def test_the_reaper_knows_the_ladder_of_the_pipeline(model: str, language: str | None) -> None:
    job = Transcription(id="tr", recording_id="rec", name="", model=model, options={})
    job.language = language
    assert reaper.rungs(job) == len(ladder(model, language))


def test_a_lost_attempt_is_made_again(rows: Rows) -> None:
    job = rows.submit()
    rows.begin(job)
    assert Watched(rows).give_up_silent_ones() == 1
    assert rows.all(Attempt)[0].state is AttemptState.LOST
    assert messages(rows, Topic.PREPARE) == 2
    assert rows.begin(job) is not None


def test_a_recording_that_keeps_killing_its_decoder_is_set_aside(rows: Rows) -> None:
    job = rows.submit()
    for _ in range(3):
        assert rows.begin(job) is not None
        Watched(rows).give_up_silent_ones()
    found = rows.job(job)
    assert (found.status, found.error_code) == (Status.FAILED, "preparation_failed")
    assert "3 tries" in (found.error_message or "")
    assert found.error_retryable
    rows.retry(job)
    assert rows.begin(job) is not None
    Watched(rows).give_up_silent_ones()
    assert rows.job(job).status is Status.RUNNING, "deaths before the retry do not count"


def test_attempts_that_were_handed_back_do_not_count(rows: Rows) -> None:
    job = rows.submit()
    for _ in range(5):
        held = rows.begin(job)
        assert held is not None
        with rows.context.database.write() as session:
            preparing.hand_back(session, held, "told to stop")
    assert rows.begin(job) is not None
    Watched(rows).give_up_silent_ones()
    assert rows.job(job).status is Status.RUNNING


def test_a_cancelled_job_is_not_woken(rows: Rows) -> None:
    job = rows.prepared(2)
    rows.leased()
    with rows.context.database.write() as session:
        session.get_one(Transcription, job).status = Status.CANCELLED
    before = messages(rows, Topic.RECOGNISE)
    assert Watched(rows).give_up_silent_ones() == 1
    assert messages(rows, Topic.RECOGNISE) == before
    assert rows.job(job).status is Status.CANCELLED


@pytest.mark.chapter(12)
def test_waiting_work_calls_its_workers_and_work_in_hand_does_not(rows: Rows) -> None:
    def called() -> list[Topic]:
        with rows.context.database.read() as session:
            return topics(session)

    assert called() == []
    job = rows.submit()
    assert called() == [Topic.PREPARE]
    held = rows.begin(job)
    assert held is not None
    assert called() == []
    rows.add_windows(held, [0])
    assert called() == [Topic.RECOGNISE]
    windows = rows.leased()
    assert called() == []
    rows.finish(held)
    rows.complete(windows)
    assert called() == []
    rows.cancel(rows.submit())
    assert called() == []
