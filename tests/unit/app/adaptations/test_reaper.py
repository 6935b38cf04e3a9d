"""Adaptations of processes that died or hang are taken back, with a cap, and go on."""

from __future__ import annotations

from typing import Any

import pytest

from app.adaptations import holding, service
from app.adaptations.holding import Held, LeaseLost, Told
from app.adaptations.reaper import AdaptationReaper
from app.adaptations.tables import Adaptation, AdaptationState
from app.context import Context
from app.outbox.tables import OutboxRow, Topic
from app.telemetry.service import process_name
from tests.support.adaptations import PAGE, TERMS
from tests.support.rows import Rows

LEASE_S = 60.0
TOLD = Told(stage="speech", progress=0.1, note="", eta_s=None, stages=[])


class Watch:
    """A reaper with a clock that is set by hand."""

    def __init__(self, context: Context) -> None:
        self.now = 0.0
        self._context = context
        self._reaper = AdaptationReaper(LEASE_S, 3, lambda: self.now)

    def after(self, seconds: float) -> int:
        self.now += seconds
        return self._context.database.transact(self._reaper.take_back)


def claimed(context: Context) -> Held:
    held = context.database.transact(holding.claim)
    assert held is not None
    return held


def row(rows: Rows) -> Adaptation:
    (found,) = rows.all(Adaptation)
    return found


def wakes(rows: Rows) -> int:
    return sum(each.topic is Topic.ADAPT for each in rows.all(OutboxRow))


@pytest.mark.chapter(13)
def test_a_silent_holder_loses_it_and_may_say_nothing_any_more(
    context: Context, rows: Rows, asked: str
) -> None:
    watch, held = Watch(context), claimed(context)
    assert (held.parent, len(held.terms), held.text) == ("tiny.en", len(TERMS), PAGE.strip())
    assert watch.after(0) == 0
    context.database.transact(lambda session: holding.tell(session, held, TOLD))
    assert watch.after(LEASE_S + 1) == 0, "it spoke up meanwhile"
    assert watch.after(LEASE_S + 1) == 1
    assert (row(rows).state, row(rows).losses, wakes(rows)) == (AdaptationState.QUEUED, 1, 2)
    with pytest.raises(LeaseLost):
        context.database.transact(lambda session: holding.tell(session, held, TOLD))
    assert claimed(context).fence > held.fence


@pytest.mark.chapter(13)
def test_a_holder_that_is_known_to_be_dead_is_not_waited_for(
    context: Context, rows: Rows, asked: str
) -> None:
    watch, held = Watch(context), claimed(context)
    place, _, _ = process_name("training").rpartition(":")
    place, _, _ = place.rpartition(":")
    with context.database.write() as session:
        session.get_one(Adaptation, held.id).process = f"{place}:999999999:1"
    assert watch.after(0) == 1
    assert row(rows).state is AdaptationState.QUEUED


def test_a_paused_one_is_held_as_well(context: Context, rows: Rows, asked: str) -> None:
    watch, held = Watch(context), claimed(context)
    paused: Any = Told(stage="", progress=0, note="", eta_s=None, stages=[], paused=True)
    context.database.transact(lambda session: holding.tell(session, held, paused))
    watch.after(0)
    assert watch.after(LEASE_S + 1) == 1


def test_what_keeps_killing_its_process_is_given_up_and_can_be_tried_again(
    context: Context, rows: Rows, asked: str
) -> None:
    watch = Watch(context)
    for _ in range(3):
        claimed(context)
        watch.after(0)
        assert watch.after(LEASE_S + 1) == 1
    found = row(rows)
    assert (found.state, found.error_code) == (AdaptationState.FAILED, "training_keeps_dying")
    assert found.error_retryable and "is not touched" in (found.error_message or "")
    context.database.transact(lambda session: service.retry(session, "housing", found.id))
    assert (row(rows).state, row(rows).losses) == (AdaptationState.QUEUED, 0)


def test_an_orderly_stop_counts_as_nothing(context: Context, rows: Rows, asked: str) -> None:
    held = claimed(context)
    context.database.transact(lambda session: holding.hand_back(session, held, "stopped"))
    assert (row(rows).state, row(rows).losses, wakes(rows)) == (AdaptationState.QUEUED, 0, 2)


def test_one_is_claimed_once(context: Context, asked: str) -> None:
    claimed(context)
    assert context.database.transact(holding.claim) is None
