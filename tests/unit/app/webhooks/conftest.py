"""Receivers on this computer, which the settings allow, and a clock that can be put forward."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app import clock
from app.context import Context
from app.faults import service as faults
from app.webhooks import service
from app.webhooks.kinds import EventType
from app.webhooks.tables import Webhook
from tests.support.receivers import LOOPBACK, Receiver, receiving
from tests.support.rows import Rows, new_context

Added = Callable[..., Webhook]


@pytest.fixture
def context(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Context]:
    # Nobody but the test sets the clock: the switch of the fault `jumping_clock` would set it right
    monkeypatch.setattr(faults, "put_forward", lambda _: None)
    opened = new_context(
        tmp_path / "home", database_url, webhook_networks=LOOPBACK, webhook_timeout_s=1.0
    )
    yield opened
    opened.database.dispose()
    clock.put_forward(0)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture
def add(rows: Rows) -> Added:
    """Register a receiver."""

    def added(url: str, events: tuple[EventType, ...] = ()) -> Webhook:
        with rows.context.database.write() as session:
            return service.create(session, url, "", events)

    return added
