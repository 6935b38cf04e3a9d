"""An adaptation that waits calls the training process again, whatever became of the message."""

from __future__ import annotations

import pytest

from app.adaptations import holding
from app.context import Context
from app.outbox.tables import Topic


@pytest.mark.chapter(12)
def test_waiting_is_a_reason_to_call_and_being_held_is_none(context: Context, asked: str) -> None:
    with context.database.read() as session:
        assert holding.topics(session) == [Topic.ADAPT]
    assert context.database.transact(holding.claim) is not None
    with context.database.read() as session:
        assert holding.topics(session) == []
