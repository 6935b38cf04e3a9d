"""What was committed is sent, however long the broker is away; what was not is never sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import update

from app.broker import MEDIA_QUEUE, RECOGNISER_QUEUE, BrokerDown
from app.clock import now
from app.dispatcher.relay import ENOUGH, KEEP_SENT, Relay, forget_sent
from app.faults import service as faults
from app.faults.service import FaultSwitches
from app.outbox.service import delete_objects
from app.outbox.tables import OutboxRow
from tests.support.broker import Down, TakesAll
from tests.support.rows import Rows

pytestmark = pytest.mark.chapter(12)


def relay(rows: Rows, broker: Any) -> Relay:
    return Relay(rows.context, broker, FaultSwitches(rows.context.database))


def waiting(rows: Rows) -> int:
    return sum(row.sent_at is None for row in rows.all(OutboxRow))


def test_rows_are_sent_once_and_in_order(rows: Rows) -> None:
    jobs = [rows.submit(), rows.submit()]
    broker = TakesAll()
    sender = relay(rows, broker)
    assert sender.run_once() == 2
    assert sender.run_once() == 0
    assert broker.sent == [("lectern.prepare", [job], MEDIA_QUEUE) for job in jobs]


def test_a_dead_broker_keeps_the_rows_until_it_is_back(rows: Rows) -> None:
    jobs = [rows.submit() for _ in range(3)]
    with pytest.raises(BrokerDown):
        relay(rows, Down(accepts=1)).run_once()
    assert waiting(rows) == 2
    back = TakesAll()
    assert relay(rows, back).run_once() == 2
    assert [arguments for _, arguments, _ in back.sent] == [[job] for job in jobs[1:]]


def test_a_broker_that_loses_messages_loses_no_job(rows: Rows) -> None:
    job = rows.submit()
    with rows.context.database.write() as session:
        faults.switch_on(session, "lost_broker", 5, {})
    broker = TakesAll()
    relay(rows, broker).run_once()
    assert (broker.sent, waiting(rows)) == ([], 0)
    with rows.context.database.write() as session:
        faults.switch_off(session, "lost_broker")
    relay(rows, broker).call_again()
    assert [(task, queue) for task, _, queue in broker.sent] == [("lectern.prepare", MEDIA_QUEUE)]
    rows.remove(job)
    relay(rows, broker).call_again()
    assert len(broker.sent) == 1


@pytest.mark.parametrize(
    ("fault", "parameter", "copies", "late_s"),
    [("duplicate_messages", {"copies": 4}, 4, 0), ("late_messages", {"seconds": 7}, 1, 7)],
)
def test_messages_can_be_sent_too_often_and_too_late(
    rows: Rows, fault: str, parameter: dict[str, float], copies: int, late_s: float
) -> None:
    rows.submit()
    with rows.context.database.write() as session:
        faults.switch_on(session, fault, 5, parameter)
    broker = TakesAll()
    relay(rows, broker).run_once()
    assert len(broker.sent) == copies
    assert broker.late_s == [late_s] * copies


def test_objects_are_removed_and_missing_ones_harm_nothing(rows: Rows) -> None:
    keys = [rows.store(), rows.store()]
    rows.context.storage.delete(keys[0])
    with rows.context.database.write() as session:
        delete_objects(session, keys)
    relay(rows, Down()).run_once()
    assert list(rows.context.storage.keys()) == []
    assert waiting(rows) == 0


@pytest.mark.chapter(28)
def test_what_was_deleted_is_removed_while_the_broker_is_away(rows: Rows) -> None:
    job = rows.submit()
    rows.remove(job)
    rows.submit()
    with pytest.raises(BrokerDown):
        relay(rows, Down()).run_once()
    assert len(list(rows.context.storage.keys())) == 1


@pytest.mark.chapter(13)
def test_every_queue_gets_a_message_that_proves_it_works(rows: Rows) -> None:
    broker = TakesAll()
    relay(rows, broker).wake_all()
    assert [queue for _, _, queue in broker.sent] == [MEDIA_QUEUE, RECOGNISER_QUEUE]


def test_wake_ups_that_nobody_takes_do_not_pile_up(rows: Rows) -> None:
    rows.submit()
    broker = TakesAll()
    for _ in range(2 * ENOUGH):
        relay(rows, broker).call_again()
        relay(rows, broker).wake_all()
    assert [broker.waiting(queue) for queue in (MEDIA_QUEUE, RECOGNISER_QUEUE)] == [ENOUGH] * 2


def test_rows_sent_long_ago_are_forgotten_and_waiting_ones_never(rows: Rows) -> None:
    rows.submit()
    relay(rows, TakesAll()).run_once()
    rows.submit()
    with rows.context.database.write() as session:
        old = now() - KEEP_SENT - timedelta(seconds=1)
        session.execute(
            update(OutboxRow).where(OutboxRow.sent_at.is_not(None)).values(sent_at=old)  # type: ignore[union-attr]
        )
        forget_sent(session)
    assert len(rows.all(OutboxRow)) == waiting(rows) == 1
