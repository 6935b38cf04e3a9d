"""Hosts, people, reaper and dispatchers at the same rows at once: nothing twice, nothing lost."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from app.context import Context, open_context
from app.database import Database
from app.dispatcher.relay import Relay
from app.errors import Problem
from app.outbox.tables import OutboxRow
from app.transcriptions import recognising, service
from app.transcriptions.reaper import Reaper
from app.transcriptions.recognising import LeasedWindow
from app.transcriptions.tables import SegmentRow, Status, WindowRow, WindowState
from tests.support.broker import TakesAll
from tests.support.rows import Rows, result_of

pytestmark = pytest.mark.chapter(12)
HOSTS = 4


@pytest.fixture
def others(context: Context) -> Iterator[list[Rows]]:
    """As many machines, each with connections of its own."""
    contexts = [open_context(context.settings) for _ in range(HOSTS)]
    yield [Rows(each) for each in contexts]
    for each in contexts:
        each.database.dispose()


def together(work: Callable[[Rows], object], machines: list[Rows]) -> list[object]:
    meet = threading.Barrier(len(machines))

    def at_once(machine: Rows) -> object:
        meet.wait(10)
        return work(machine)

    with ThreadPoolExecutor(len(machines)) as pool:
        return list(pool.map(at_once, machines))


def test_no_window_is_leased_to_two_hosts(rows: Rows, others: list[Rows]) -> None:
    jobs = [rows.prepared(6, owner=f"acc_{i % 3}") for i in range(8)]
    leased: list[str] = []

    def host(machine: Rows) -> None:
        name = f"host@{id(machine)}/1:1:1"

        def work(session: Session) -> tuple[LeasedWindow, ...]:
            batch = recognising.lease(session, name, 4)
            return batch.windows if batch else ()

        empty = 0
        while empty < 20:  # the others may hold what is left for a moment
            windows = machine.context.database.transact(work)
            leased.extend(window.id for window in windows)
            results = [result_of(window) for window in windows]
            machine.context.database.transact(
                lambda session, results=results: recognising.complete(session, results)
            )
            empty = 0 if windows else empty + 1
            time.sleep(0.002)

    together(host, others)
    assert len(leased) == 48
    assert max(Counter(leased).values()) == 1
    assert {row.fence for row in rows.all(WindowRow)} == {1}
    assert len(rows.all(SegmentRow)) == 48
    for job in jobs:
        assert rows.job(job).status is Status.SUCCEEDED


def deadlocks(context: Context) -> int:
    """So far in this database; waited for, as the statistics come late."""
    if not context.database.is_postgresql:
        return 0
    time.sleep(1.2)
    with context.database.read() as session:
        query = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        return int(session.execute(text(query)).scalar_one())


def test_people_reaper_and_hosts_do_not_lock_each_other_out(rows: Rows, others: list[Rows]) -> None:
    jobs = [rows.prepared(5) for _ in range(4)]
    until = time.monotonic() + 2.5
    chance = random.Random(3)
    order = threading.Lock()

    def pick(machine: Rows) -> None:
        database = machine.context.database
        reaper = Reaper(lease_s=-1, max_attempts=1000)
        name = f"host@{id(machine)}/1:1:1"
        while time.monotonic() < until:
            with order:
                what, job = chance.randrange(8), chance.choice(jobs)
            held: tuple[LeasedWindow, ...] = ()
            if what < 5:
                batch = database.transact(lambda s: recognising.lease(s, name, 3))
                held = batch.windows if batch else ()
            try:
                match what:
                    case 0 | 1:
                        results = [result_of(window) for window in held]
                        database.transact(lambda s, r=results: recognising.complete(s, r))
                    case 2:
                        database.transact(lambda s, h=held: recognising.keep_alive(s, h))
                    case 3:
                        database.transact(lambda s, h=held: recognising.hand_back(s, h))
                    case 4 | 5:
                        database.transact(reaper.take_back)
                    case 6:
                        database.transact(lambda s, j=job: service.cancel(s, j))
                    case 7:
                        database.transact(lambda s, j=job: service.retry(s, j))
            except Problem:
                pass  # it cannot be retried while it runs

    together(pick, others)
    assert deadlocks(rows.context) == 0
    # Whatever happened: everything can be brought to its end, and nothing was heard twice
    rows.context.database.transact(Reaper(lease_s=-1, max_attempts=1000).take_back)
    for job in jobs:
        if rows.job(job).status is Status.CANCELLED:
            rows.retry(job)
    rows.recognise_all()
    for job in jobs:
        assert rows.job(job).status is Status.SUCCEEDED
        windows = rows.windows(job)
        assert {window.state for window in windows} == {WindowState.DONE}
        with rows.context.database.read() as session:
            query = select(SegmentRow.window_id).where(SegmentRow.transcription_id == job)
            heard = Counter(session.exec(query))
        assert heard == Counter(window.id for window in windows)


def test_two_dispatchers_lose_nothing(rows: Rows, others: list[Rows]) -> None:
    jobs = {rows.submit() for _ in range(30)}
    brokers = [TakesAll() for _ in others]
    relays = [
        Relay(machine.context, broker, machine.context.faults)  # type: ignore[arg-type]
        for machine, broker in zip(others, brokers, strict=True)
    ]
    of = dict(zip(map(id, others), relays, strict=True))

    def relay(machine: Rows) -> None:
        for _ in range(5):
            of[id(machine)].run_once()

    together(relay, others)
    sent = [arguments[0] for broker in brokers for _, arguments, _ in broker.sent]
    assert set(sent) == jobs
    assert all(row.sent_at is not None for row in rows.all(OutboxRow))


@pytest.mark.chapter(13)
def test_machines_that_open_a_new_file_at_once_all_can(tmp_path: Path) -> None:
    """One of them is refused on the spot in about one of a hundred openings, if it asks once."""

    def use(address: str, meet: threading.Barrier) -> None:
        database = Database(address)
        meet.wait(10)
        with database.read() as session:
            session.execute(text("SELECT 1"))
        database.dispose()

    with ThreadPoolExecutor(3) as pool:
        for number in range(150):
            address, meet = f"sqlite:///{tmp_path}/{number}.db", threading.Barrier(3)
            for done in [pool.submit(use, address, meet) for _ in range(3)]:
                done.result(30)
