"""Faults are off by default, limited in time, and decided by their seed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import update

from app.clock import now
from app.context import Context
from app.errors import NotFound, Unprocessable
from app.faults import service
from app.faults.registry import REGISTRY
from app.faults.service import FaultSwitches
from app.faults.tables import FaultRow

pytestmark = pytest.mark.chapter(18)


def on(context: Context, name: str = "slow_model", minutes: float = 5, seed: int = 0, **parameters):  # type: ignore[no-untyped-def]
    with context.database.write() as session:
        return service.switch_on(session, name, minutes, parameters, seed)


def fresh(context: Context, name: str = "slow_model") -> dict[str, float] | None:
    return FaultSwitches(context.database).parameters(name)


def test_every_fault_is_off_by_default(context: Context) -> None:
    assert [fresh(context, name) for name in REGISTRY] == [None] * len(REGISTRY)


def test_defaults_are_used_where_nothing_else_was_asked_for(context: Context) -> None:
    on(context, "crashing_model", share=0.25)
    assert fresh(context, "crashing_model") == {"share": 0.25, "kill": 0.0}


def test_a_fault_ends_by_itself(context: Context) -> None:
    on(context)
    switches = FaultSwitches(context.database)
    assert switches.parameters("slow_model") == {"seconds": 3.0}
    with context.database.write() as session:
        session.execute(update(FaultRow).values(expires_at=now() - timedelta(seconds=1)))
        assert service.active(session) == {}
    assert fresh(context) is None


def test_nobody_can_leave_one_on_for_long(context: Context) -> None:
    row = on(context, minutes=10**6)
    assert row.expires_at <= now() + timedelta(minutes=service.MAX_MINUTES)


def test_a_fault_is_switched_off(context: Context) -> None:
    on(context)
    with context.database.write() as session:
        service.switch_off(session, "slow_model")
        service.switch_off(session, "slow_model")
    assert fresh(context) is None


def test_an_unknown_fault_is_told_the_known_ones(context: Context) -> None:
    with pytest.raises(NotFound, match="slow_model"):
        on(context, "no_such_fault")


def test_an_unknown_parameter_is_named(context: Context) -> None:
    with pytest.raises(Unprocessable, match="minuets"):
        on(context, minuets=1.0)


def draws(switches: FaultSwitches) -> list[bool]:
    switches._read_at = float("-inf")
    switches.parameters("crashing_model")
    return [switches.chance("crashing_model", 0.5) for _ in range(40)]


def test_which_windows_crash_is_decided_by_the_seed(context: Context) -> None:
    on(context, "crashing_model", seed=1)
    switches = FaultSwitches(context.database)
    first = draws(switches)
    assert {True, False} == set(first)
    assert draws(FaultSwitches(context.database)) == first
    on(context, "crashing_model", seed=2)
    other = draws(switches)
    assert other != first
    on(context, "crashing_model", seed=1)
    assert draws(switches) == first, "switched on again with the same seed"
