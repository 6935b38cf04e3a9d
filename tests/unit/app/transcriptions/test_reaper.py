"""Work of processes that died is taken back, a limited number of times, and shown in the end."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest
from sqlmodel import update

from app.clock import now
from app.outbox.tables import OutboxRow, Topic
from app.telemetry.service import process_name
from app.transcriptions import reaper
from app.transcriptions.tables import (
    Attempt,
    AttemptState,
    SegmentRow,
    Status,
    Transcription,
    WindowRow,
    WindowState,
)
from tests.support.rows import Rows
from worker.pipeline.ladder import rungs_of

pytestmark = pytest.mark.chapter(13)


def take_back(rows: Rows, max_attempts: int = 3) -> int:
    with rows.context.database.write() as session:
        return reaper.take_back(session, max_attempts=max_attempts)


def expire(rows: Rows) -> None:
    """Let every lease have run out."""
    past = now() - timedelta(seconds=1)
    with rows.context.database.write() as session:
        for table in (Attempt, WindowRow):
            session.execute(update(table).values(lease_until=past))


def messages(rows: Rows, topic: Topic) -> int:
    return sum(row.topic is topic for row in rows.all(OutboxRow))


def dead_process() -> str:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process_name("host").rpartition(":")[0] + f":{process.pid}"


def test_a_lease_that_holds_is_left_alone(rows: Rows) -> None:
    rows.begin(rows.submit())
    rows.prepared(1)
    rows.leased()
    assert take_back(rows) == 0


def test_an_expired_window_is_given_to_the_next_who_asks(rows: Rows) -> None:
    job = rows.prepared(1)
    [old] = rows.leased()
    expire(rows)
    assert take_back(rows) == 1
    assert messages(rows, Topic.RECOGNISE) == 2
    [new] = rows.leased()
    assert new.fence > old.fence
    assert rows.complete([old], "Stale.") == 0
    assert rows.complete([new], "Fresh.") == 1
    assert rows.job(job).text == "Fresh."


def test_the_window_of_a_process_known_to_be_dead_is_taken_back_at_once(rows: Rows) -> None:
    rows.prepared(1)
    rows.leased(process=dead_process())
    assert take_back(rows) == 1


def test_a_live_process_of_this_machine_keeps_its_window(rows: Rows) -> None:
    rows.prepared(1)
    rows.leased(process=process_name("host"))
    assert take_back(rows) == 0


@pytest.mark.chapter(7)
def test_a_window_that_kills_its_host_goes_down_the_ladder_and_is_shown_as_a_gap(
    rows: Rows,
) -> None:
    job = rows.prepared(2, model="whisper-base", language="en")
    rows.complete([w for w in rows.leased(1) if w.number == 0])
    seen = []
    while windows := rows.leased(1):
        seen.append(windows[0].rung)
        expire(rows)
        take_back(rows, max_attempts=2)
    assert seen == [0, 0, 1, 1]
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
    rows.leased()
    expire(rows)
    take_back(rows, max_attempts=1)
    assert [row.state for row in rows.windows(job)] == [WindowState.FAILED]
    assert rows.job(job).status is Status.FAILED


@pytest.mark.parametrize("model", ["tiny.en", "whisper-base", "/models/of-ones-own"])
@pytest.mark.parametrize("language", [None, "en", "de"])
def test_the_reaper_knows_the_ladder_of_the_pipeline(model: str, language: str | None) -> None:
    job = Transcription(id="tr", recording_id="rec", name="", model=model, options={})
    job.language = language
    assert reaper.rungs(job) == len(rungs_of(model, language))


def test_a_lost_attempt_is_made_again(rows: Rows) -> None:
    job = rows.submit()
    rows.begin(job)
    expire(rows)
    assert take_back(rows) == 1
    assert rows.all(Attempt)[0].state is AttemptState.LOST
    assert messages(rows, Topic.PREPARE) == 2
    assert rows.begin(job) is not None


def test_a_recording_that_keeps_killing_its_decoder_is_set_aside(rows: Rows) -> None:
    job = rows.submit()
    for _ in range(3):
        assert rows.begin(job) is not None
        expire(rows)
        take_back(rows)
    found = rows.job(job)
    assert (found.status, found.error_code) == (Status.FAILED, "preparation_failed")
    assert "3 times" in (found.error_message or "")
    assert found.error_retryable


def test_a_cancelled_job_is_not_woken(rows: Rows) -> None:
    job = rows.prepared(2)
    rows.leased()
    with rows.context.database.write() as session:
        session.get_one(Transcription, job).status = Status.CANCELLED
    before = messages(rows, Topic.RECOGNISE)
    expire(rows)
    assert take_back(rows) == 1
    assert messages(rows, Topic.RECOGNISE) == before
    assert rows.job(job).status is Status.CANCELLED


def wake_forgotten(rows: Rows, *, waited: bool = True) -> int:
    with rows.context.database.write() as session:
        past = now() - (2 * reaper.FORGOTTEN_AFTER if waited else timedelta())
        session.execute(update(Transcription).values(created_at=past, started_at=past))
        return reaper.wake_forgotten(session)


def sent(rows: Rows) -> None:
    with rows.context.database.write() as session:
        session.execute(update(OutboxRow).values(sent_at=now()))


@pytest.mark.chapter(12)
def test_a_job_whose_message_was_lost_is_woken_again(rows: Rows) -> None:
    rows.submit()
    rows.prepared(1)
    sent(rows)
    assert wake_forgotten(rows, waited=False) == 0
    assert wake_forgotten(rows) == 2
    unsent = [row.topic for row in rows.all(OutboxRow) if row.sent_at is None]
    assert sorted(unsent) == [Topic.PREPARE, Topic.RECOGNISE]


def test_nobody_is_woken_whose_message_is_on_its_way_or_whose_work_goes_on(rows: Rows) -> None:
    rows.submit()
    assert wake_forgotten(rows) == 0
    sent(rows)
    rows.begin(rows.submit())
    rows.prepared(1)
    rows.leased()
    sent(rows)
    assert wake_forgotten(rows) == 1
