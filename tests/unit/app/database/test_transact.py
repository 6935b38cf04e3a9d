"""A transaction that the database broke off is begun again; one that broke itself is not."""

from __future__ import annotations

import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select as sql_select
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from app import database as module
from app.context import Context
from app.database import (
    Database,
    DatabaseAway,
    DatabaseBusy,
    DatabaseFull,
    Unstorable,
    database_url,
    insert_if_new,
)
from app.outbox.tables import OutboxRow
from app.schema import upgrade
from app.telemetry.tables import SpeedRow
from tests.support.databases import PostgresServer

pytestmark = [pytest.mark.chapter(12), pytest.mark.chapter(13)]


@pytest.fixture
def two(postgres_url: str) -> Iterator[Database]:
    """A PostgreSQL database with two rows to quarrel about."""
    database = Database(postgres_url)
    with database.write() as session:
        session.add(SpeedRow(model="a", machine="m", rtfx=0))
        session.add(SpeedRow(model="b", machine="m", rtfx=0))
    yield database
    database.dispose()


def speed(session: Session, model: str) -> SpeedRow:
    return session.get_one(SpeedRow, (model, "m"), with_for_update=True)


def rtfx(database: Database) -> dict[str, float]:
    with database.read() as session:
        return {row.model: row.rtfx for row in session.exec(select(SpeedRow))}


def cut(session: Session) -> None:
    """End the session's own connection from the server's side."""
    session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


def test_a_dropped_connection_is_named_and_the_next_one_works(two: Database) -> None:
    with pytest.raises(DatabaseAway) as caught, two.write() as session:
        speed(session, "a").rtfx = 9
        session.flush()
        cut(session)
    assert caught.value.retryable
    with pytest.raises(DatabaseAway), two.read() as session:
        cut(session)
    assert rtfx(two) == {"a": 0, "b": 0}


def test_a_reader_that_has_read_does_not_mind(two: Database, postgres: PostgresServer) -> None:
    with two.read() as session:
        assert len(session.exec(select(SpeedRow)).all()) == 2
        assert postgres.terminate(two.engine.url.database or "") > 0
    assert rtfx(two) == {"a": 0, "b": 0}


def test_transact_begins_again_after_a_dropped_connection(two: Database) -> None:
    calls = []

    def work(session: Session) -> str:
        calls.append(1)
        speed(session, "a").rtfx += 1
        session.flush()
        if len(calls) < 3:
            cut(session)
        return "done"

    assert two.transact(work) == "done"
    assert (len(calls), rtfx(two)["a"]) == (3, 1)


def test_a_connection_that_closes_under_a_transaction_is_a_dropped_one(context: Context) -> None:
    calls = []

    def work(session: Session) -> None:
        session.add(SpeedRow(model="a", machine="m", rtfx=len(calls)))
        session.flush()
        calls.append(1)
        if len(calls) == 1:
            connection = session.connection().connection.dbapi_connection
            assert connection is not None
            connection.close()

    context.database.transact(work)
    assert rtfx(context.database) == {"a": 1}


def test_two_that_lock_in_opposite_order_both_get_their_way(two: Database) -> None:
    meet = threading.Barrier(2)
    tries = []

    def add(first: str, second: str) -> None:
        def work(session: Session) -> None:
            tries.append(first)
            speed(session, first).rtfx += 1
            session.flush()
            if tries.count(first) == 1:
                meet.wait(10)
            speed(session, second).rtfx += 1

        two.transact(work)

    threads = [threading.Thread(target=add, args=pair) for pair in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert rtfx(two) == {"a": 2, "b": 2}
    assert len(tries) == 3  # one was the deadlock's victim, once


def test_a_serialisation_failure_is_named(two: Database) -> None:
    serialisable = two.engine.execution_options(isolation_level="SERIALIZABLE")

    def add(session: Session) -> None:
        total = sum(session.scalars(sql_select(SpeedRow.rtfx)))
        session.get_one(SpeedRow, ("a", "m")).rtfx = total + 1

    with (
        pytest.raises(DatabaseBusy),
        module._named_errors(),
        Session(serialisable) as one,
        Session(serialisable) as other,
    ):
        add(one)
        add(other)
        one.commit()
        other.commit()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGQUIT])
def test_transact_waits_for_a_server_that_is_started_again(stop: signal.Signals) -> None:
    server = PostgresServer()
    try:
        name = server.create()
        database = Database(server.address(name))
        database.transact(lambda session: session.add(SpeedRow(model="a", machine="m", rtfx=0)))
        server.stop(stop)
        with pytest.raises(DatabaseAway):
            rtfx(database)
        with pytest.raises(DatabaseAway):
            database.transact(lambda session: session.execute(text("SELECT 1")), patience_s=0.2)
        waiting = threading.Thread(
            target=database.transact,
            args=(lambda session: setattr(speed(session, "a"), "rtfx", 7),),
        )
        waiting.start()
        time.sleep(0.3)
        server.start()
        waiting.join()
        assert rtfx(database) == {"a": 7}
        database.dispose()
    finally:
        server.remove()


def test_a_mistake_of_the_program_is_not_tried_again(context: Context) -> None:
    calls = []

    def twice_the_same(session: Session) -> None:
        calls.append(1)
        session.add_all([SpeedRow(model="m", machine="m", rtfx=i) for i in range(2)])

    with pytest.raises(IntegrityError):
        context.database.transact(twice_the_same)
    assert len(calls) == 1


def test_a_locked_sqlite_file_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BUSY_TIMEOUT_S", 0.05)
    path = tmp_path / "lectern.db"
    upgrade(f"sqlite:///{path}")
    database = Database(f"sqlite:///{path}")
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBusy):
            database.transact(lambda session: session.execute(text("SELECT 1")), patience_s=0)
        release = threading.Timer(0.3, lambda: other.execute("COMMIT"))
        release.start()
        database.transact(lambda session: session.add(SpeedRow(model="a", machine="m", rtfx=1)))
        release.join()
    assert rtfx(database) == {"a": 1}
    database.dispose()


def test_a_full_disk_is_named_and_not_tried_again(tmp_path: Path) -> None:
    path = tmp_path / "lectern.db"
    upgrade(f"sqlite:///{path}")
    database = Database(f"sqlite:///{path}")
    calls = []

    def fill(session: Session) -> None:
        calls.append(1)
        session.execute(text("PRAGMA max_page_count = 1"))
        session.add(OutboxRow(topic="prepare", payload={"much": "x" * 10_000_000}))

    with pytest.raises(DatabaseFull):
        database.transact(fill)
    assert len(calls) == 1
    database.dispose()


def test_a_database_that_is_not_there_is_away(tmp_path: Path) -> None:
    for address in (
        f"postgresql://postgres@/x?host={tmp_path}",
        f"sqlite:///{tmp_path / 'no folder' / 'x.db'}",
    ):
        database = Database(address)
        with pytest.raises(DatabaseAway):
            database.transact(lambda session: session.execute(text("SELECT 1")), patience_s=0.1)
        database.dispose()


def test_patience_ends(two: Database) -> None:
    started = time.monotonic()
    with pytest.raises(DatabaseAway):
        two.transact(cut, patience_s=0.5)
    assert time.monotonic() - started < 5


def test_what_no_column_can_hold_is_named(two: Database) -> None:
    with pytest.raises(Unstorable), two.write() as session:
        session.add(SpeedRow(model="a\0b", machine="m", rtfx=1))
    with pytest.raises(Unstorable), two.write() as session:
        session.add(OutboxRow(topic="prepare", payload={}, tries=2**40))


def test_a_row_that_two_insert_at_once_is_inserted_once(context: Context) -> None:
    def say(speed: float) -> None:
        def work(session: Session) -> None:
            insert_if_new(session, SpeedRow(model="m", machine="m", rtfx=0))
            session.get_one(SpeedRow, ("m", "m"), with_for_update=True).rtfx += speed
            time.sleep(0.01)

        context.database.transact(work)

    threads = [threading.Thread(target=say, args=(1.0,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rtfx(context.database) == {"m": 8}


def test_a_plain_address_means_our_driver() -> None:
    for name in ("postgresql", "postgres", "postgresql+psycopg"):
        assert database_url(f"{name}://me:p%40ss@db/x?sslmode=require").render_as_string(
            hide_password=False
        ) == ("postgresql+psycopg://me:p%40ss@db/x?sslmode=require")


def test_a_reader_sees_one_moment_and_cannot_write(two: Database) -> None:
    with two.read() as reader:
        before = reader.exec(select(SpeedRow.rtfx)).all()
        with two.write() as session:
            speed(session, "a").rtfx = 5
        assert reader.exec(select(SpeedRow.rtfx)).all() == before
        with pytest.raises(Exception, match="read-only"):
            reader.execute(text("DELETE FROM model_speed"))


def test_sessions_have_limits_and_a_name(two: Database) -> None:
    names = (
        "application_name statement_timeout lock_timeout idle_in_transaction_session_timeout"
        " TimeZone"
    )
    with two.read() as session:
        told = [session.execute(text(f"SHOW {name}")).scalar_one() for name in names.split()]
    assert told == ["lectern", "1min", "20s", "1min", "UTC"]
