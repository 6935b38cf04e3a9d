"""The dispatcher itself: without a broker, and killed in the middle of a message."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.context import Context
from app.webhooks import delivering, service
from app.webhooks.tables import Delivery, DeliveryState, Webhook
from tests.support.receivers import LOOPBACK, Receiver, Reply, receiving, until
from tests.support.rows import Rows, new_context

pytestmark = pytest.mark.chapter(12)
CHECKOUT = Path(__file__).resolve().parents[4]


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    opened = new_context(tmp_path / "home")
    yield opened
    opened.database.dispose()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def dispatcher(home: Path) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "LECTERN_HOME": str(home),
        "LECTERN_BROKER_URL": "redis://127.0.0.1:1/0",  # nobody listens there
        "LECTERN_WEBHOOK_NETWORKS": LOOPBACK,
    }
    return subprocess.Popen([sys.executable, "-m", "app.dispatcher"], cwd=CHECKOUT, env=environment)


@pytest.mark.slow
def test_a_killed_dispatcher_sends_it_again_without_a_broker(
    context: Context, rows: Rows, receiver: Receiver
) -> None:
    home = context.settings.home

    def add(session: object) -> Webhook:
        return service.create(session, receiver.url, "", ())  # type: ignore[arg-type]

    webhook = context.database.transact(add)
    receiver.always = Reply(pause_s=10)
    rows.in_state("cancelled")
    first = dispatcher(home)
    try:
        until(lambda: len(receiver.got) == 1, 60)
    finally:
        first.kill()
        first.wait()
    (delivery,) = rows.all(Delivery)
    assert (delivery.state, delivery.fence) == (DeliveryState.PENDING, 1)
    receiver.always = None
    rows.fault("jumping_clock", seconds=delivering.LEASE.total_seconds() + 5)
    second = dispatcher(home)
    try:
        until(lambda: rows.all(Delivery)[0].state is DeliveryState.SUCCEEDED, 60)
    finally:
        second.terminate()
        second.wait(10)
    before, after = receiver.got
    assert before.id == after.id
    assert before.body == after.body
    before.verified(webhook.secret)
    assert rows.all(Delivery)[0].fence == 2
