"""Writers queue up; none is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text
from sqlmodel import select

from app import database as module
from app.context import Context
from app.outbox.tables import OutboxRow
from app.telemetry.tables import SpeedRow
from tests.support.rows import Rows

pytestmark = pytest.mark.chapter(12)


def test_eight_threads_that_read_and_then_write_lose_nothing(context: Context) -> None:
    with context.database.write() as session:
        session.add(SpeedRow(model="m", machine="m", rtfx=0))

    def add_one(_: int) -> None:
        with context.database.write() as session:
            row = session.exec(select(SpeedRow).with_for_update()).one()
            session.execute(text("SELECT count(*) FROM outbox"))
            row.rtfx += 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add_one, range(160)))
    with context.database.read() as session:
        assert session.exec(select(SpeedRow)).one().rtfx == 160


def test_a_reader_sees_the_last_commit_while_somebody_writes(context: Context) -> None:
    with context.database.write() as writer:
        writer.add(SpeedRow(model="m", machine="m", rtfx=1))
        writer.flush()
        with context.database.read() as reader:
            assert reader.exec(select(SpeedRow)).all() == []
    with context.database.read() as reader:
        assert len(reader.exec(select(SpeedRow)).all()) == 1


def test_an_error_rolls_back_the_job_and_its_message(rows: Rows) -> None:
    before = len(rows.all(OutboxRow))
    with pytest.raises(RuntimeError), rows.context.database.write() as session:
        session.add(OutboxRow(topic="prepare", payload={}))
        session.flush()
        raise RuntimeError
    assert len(rows.all(OutboxRow)) == before


def test_times_are_aware_and_in_utc_whatever_zone_they_came_in(context: Context) -> None:
    given = datetime(2026, 1, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    with context.database.write() as session:
        session.add(SpeedRow(model="m", machine="m", rtfx=1, measured_at=given))
    with context.database.read() as session:
        [found] = session.exec(select(SpeedRow.measured_at)).all()
    assert found == given
    assert found.tzinfo is UTC


def test_writers_are_given_time(context: Context) -> None:
    assert module.BUSY_TIMEOUT_S >= 10
