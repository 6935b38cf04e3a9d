"""A mail server on a real socket, and a clock that can be put forward."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app import clock
from app.context import Context
from app.faults import service as faults
from tests.support.mailboxes import Mailbox, mailbox_server
from tests.support.rows import new_context


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mailbox_server() as running:
        yield running


@pytest.fixture
def context(
    tmp_path: Path, database_url: str, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Context]:
    # Nobody but the test sets the clock: the switch of the fault `jumping_clock` would set it right
    monkeypatch.setattr(faults, "put_forward", lambda _: None)
    opened = new_context(
        tmp_path / "home",
        database_url,
        smtp_host="127.0.0.1",
        smtp_port=mailbox.port,
        smtp_security="none",
        mail_from="Lectern <lectern@example.org>",
        mail_to="ada@example.org, grace@example.org",
        public_address="https://lectern.example.org",
    )
    yield opened
    opened.database.dispose()
    clock.put_forward(0)
