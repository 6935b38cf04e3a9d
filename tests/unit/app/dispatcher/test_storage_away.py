"""A storage that is away keeps deletions waiting, and nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.dispatcher.relay import BATCH, Relay
from app.outbox.service import delete_objects
from app.outbox.tables import OutboxRow
from tests.support.broker import TakesAll
from tests.support.rows import Rows, new_context
from tests.support.s3 import s3_server, set_environment

pytestmark = pytest.mark.chapter(13)


def test_messages_pass_deletions_that_wait_for_the_storage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with s3_server(tmp_path / "s3") as server:
        set_environment(monkeypatch, server.environment())
        rows = Rows(new_context(tmp_path / "home"))
        key = rows.store()
        with rows.context.database.write() as session:
            for _ in range(BATCH + 5):
                delete_objects(session, [key])
        job = rows.submit()
        broker = TakesAll()
        relay = Relay(rows.context, broker, rows.context.faults)
        server.kill()
        relay.run_once()
        relay.run_once()
        assert [arguments for _, arguments, _ in broker.sent] == [[job]]
        server.start()
        relay._storage_pause = float("-inf")
        while relay.run_once():
            pass
        assert key not in list(rows.context.storage.keys())
        assert all(row.sent_at for row in rows.all(OutboxRow))
        rows.context.database.dispose()
