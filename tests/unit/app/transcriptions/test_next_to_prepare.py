"""Whose recording is decoded next, asked of real rows."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update
from sqlmodel import col

from app.clock import now
from app.context import Context
from app.telemetry.service import measured
from app.transcriptions import turns
from app.transcriptions.tables import Attempt, AttemptState, Status, Transcription
from tests.support.rows import Rows

pytestmark = pytest.mark.chapter(12)
HOUR_S = 3600.0


def following(rows: Rows) -> str | None:
    with rows.context.database.write() as session:
        return turns.next_to_prepare(session, rows.context.settings)


def sent(rows: Rows, ago_s: float, **options: Any) -> str:
    """A job sent `ago_s` seconds before the start of this minute."""
    job_id = rows.submit(**options)
    minute = now().replace(second=0, microsecond=0)
    with rows.context.database.write() as session:
        session.execute(
            update(Transcription)
            .where(col(Transcription.id) == job_id)
            .values(created_at=minute - timedelta(seconds=ago_s))
        )
    return job_id


def begun(rows: Rows, windows: int = 0, **options: Any) -> str:
    """A job that is being decoded."""
    job_id = sent(rows, **options)
    held = rows.begin(job_id)
    assert held is not None
    if windows:
        rows.add_windows(held, range(windows))
    return job_id


def test_nothing_waits(rows: Rows) -> None:
    assert following(rows) is None


def test_what_is_over_prepared_or_being_decoded_does_not_wait(rows: Rows) -> None:
    rows.prepared(1)
    rows.cancel(rows.submit())
    begun(rows, ago_s=60)
    assert following(rows) is None


def test_of_what_was_sent_together_the_shortest_is_first_then_the_oldest(rows: Rows) -> None:
    sent(rows, 30, duration_s=500)
    first = sent(rows, 20, duration_s=100)
    second = sent(rows, 10, duration_s=100)
    assert following(rows) == first
    rows.begin(first)
    assert following(rows) == second


def test_a_person_passes_the_bulk_of_another(rows: Rows) -> None:
    for _ in range(5):
        sent(rows, 600, owner="acc_bulk", duration_s=500)
    begun(rows, owner="acc_bulk", ago_s=660, duration_s=500)
    person = sent(rows, 60, owner="acc_person", duration_s=500)
    assert following(rows) == person


def test_owners_take_turns_by_the_audio_they_have_in_hand(rows: Rows) -> None:
    begun(rows, owner="acc_a", ago_s=900, duration_s=300)
    begun(rows, owner="acc_b", ago_s=600, duration_s=200)
    sent(rows, 500, owner="acc_a", duration_s=10)
    less = sent(rows, 400, owner="acc_b", duration_s=50)
    assert following(rows) == less


def test_one_urgent_recording_passes_the_bulk_of_its_own_sender(rows: Rows) -> None:
    elder = sent(rows, 3600, duration_s=500)
    for _ in range(3):
        sent(rows, 3600, duration_s=500)
    assert following(rows) == elder
    rows.begin(elder)
    urgent = sent(rows, 180, duration_s=30)
    assert following(rows) == urgent


def test_one_place_of_each_owner_goes_by_age(rows: Rows) -> None:
    """Else a stream of short recordings would keep a long one out for ever."""
    begun(rows, ago_s=60, duration_s=30)
    long = sent(rows, 3600, duration_s=HOUR_S)
    sent(rows, 60, duration_s=30)
    assert following(rows) == long


def test_an_owner_can_order_the_own_jobs_and_only_those(rows: Rows) -> None:
    begun(rows, owner="acc_a", ago_s=900, duration_s=300)
    sent(rows, 60, owner="acc_a", duration_s=10)
    soon = sent(rows, 60, owner="acc_a", duration_s=400, priority=1)
    assert following(rows) == soon
    other = sent(rows, 0, owner="acc_b", duration_s=500)
    assert following(rows) == other


def test_what_can_wait_lets_others_pass_for_an_hour(rows: Rows) -> None:
    patient = sent(rows, 1800, owner="acc_a", duration_s=10, priority=-1)
    begun(rows, owner="acc_b", ago_s=900, duration_s=300)
    other = sent(rows, 60, owner="acc_b", duration_s=400)
    assert following(rows) == other
    with rows.context.database.write() as session:
        session.execute(
            update(Transcription)
            .where(col(Transcription.id) == patient)
            .values(created_at=now() - timedelta(hours=2))
        )
    assert following(rows) == patient


def test_a_job_that_was_handed_back_goes_on(rows: Rows) -> None:
    job_id = begun(rows, windows=1, ago_s=60)
    assert following(rows) is None
    with rows.context.database.write() as session:
        session.execute(update(Attempt).values(state=AttemptState.HANDED_BACK))
    assert following(rows) == job_id


def test_enough_decoded_ahead_stops_the_bulk_and_nobody_else(rows: Rows) -> None:
    with rows.context.database.write() as session:
        measured(session, rows.context.settings.model, 10.0)  # 600 s of audio in 60 s
    rows.prepared(40, owner="acc_bulk")
    sent(rows, 60, owner="acc_bulk", duration_s=599)
    short = sent(rows, 60, owner="acc_bulk", duration_s=599, priority=1)
    rows.begin(short)
    assert following(rows) is None
    person = sent(rows, 0, owner="acc_person", duration_s=HOUR_S)
    assert following(rows) == person
    rows.begin(person)
    # What is short is delayed by each job in hand by no more than its own length
    brief = sent(rows, 0, owner="acc_bulk", duration_s=20)
    assert following(rows) == brief


def test_long_recordings_leave_a_decoder_to_the_short_ones(rows: Rows) -> None:
    begun(rows, owner="acc_a", ago_s=60, duration_s=HOUR_S)
    sent(rows, 60, owner="acc_b", duration_s=HOUR_S)
    assert following(rows) is None
    short = sent(rows, 60, owner="acc_c", duration_s=60)
    assert following(rows) == short


def test_a_recording_of_unknown_length_has_its_turn(rows: Rows, context: Context) -> None:
    job_id = rows.submit()
    with context.database.write() as session:
        session.execute(update(Transcription).values(duration_s=None))
    assert following(rows) == job_id


def test_two_processes_that_ask_at_once_get_different_jobs(rows: Rows, context: Context) -> None:
    if not context.database.is_postgresql:
        pytest.skip("on SQLite one transaction writes at a time")
    jobs = {sent(rows, 60), sent(rows, 60)}
    with context.database.write() as one, context.database.write() as other:
        asked = [turns.next_to_prepare(session, context.settings) for session in (one, other)]
    assert set(asked) == jobs


@pytest.mark.slow
def test_ten_thousand_jobs_take_little_to_choose_from(rows: Rows, context: Context) -> None:
    model = rows.job(rows.submit())
    columns = set(Transcription.model_fields)
    jobs = [
        {
            **model.model_dump(include=columns),
            "id": f"tr_{i:032x}",
            "owner_id": f"acc_{i % 7}",
            "status": Status.QUEUED,
            "created_at": now() - timedelta(seconds=i / 5),
        }
        for i in range(10_000)
    ]
    with context.database.write() as session:
        session.execute(insert(Transcription), jobs)
    took = []
    for _ in range(5):
        began = time.process_time()
        assert following(rows) is not None
        took.append(time.process_time() - began)
    assert min(took) < 0.1, took
