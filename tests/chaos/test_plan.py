"""A plan is decided by its seed, bounded, and breaks everything sooner or later."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.chaos.plan import SUPERVISOR_PAUSE_S, Kind, Plan, draw
from tests.chaos.recordings import LONGEST_S, SHORTEST_S, pieces

SHORT, LONG = [f"piece-{i}.wav" for i in range(10)], ["long-0.ogg"]
ODD = ["list.txt", "nothing.wav"]


def plan_of(seed: int, jobs: int = 60, lasts_s: float = 100.0) -> Plan:
    return draw(seed, jobs=jobs, lasts_s=lasts_s, short=SHORT, long=LONG, odd=ODD)


def test_the_same_seed_gives_the_same_plan_and_another_another() -> None:
    assert plan_of(7) == plan_of(7)
    assert plan_of(7).actions != plan_of(8).actions


@pytest.mark.parametrize("seed", range(20))
def test_every_kind_of_fault_comes_and_none_after_the_end(seed: int) -> None:
    actions = plan_of(seed).actions
    assert {action.kind for action in actions} == set(Kind)
    assert actions[-1].at_s < 100 + 10
    assert len(actions) < 100


@pytest.mark.parametrize("seed", range(20))
def test_a_clock_that_is_wrong_is_put_right(seed: int) -> None:
    wrong = {whom: 0.0 for action in plan_of(seed).actions for whom in action.targets}
    for action in plan_of(seed).actions:
        if action.kind is Kind.CLOCK:
            wrong[action.targets[0]] = action.value
    assert not any(wrong.values())


@pytest.mark.parametrize("seed", range(20))
def test_the_supervisor_is_left_in_peace_for_a_while(seed: int) -> None:
    kills = [action for action in plan_of(seed).actions if action.kind is Kind.KILL]
    times = [action.at_s for action in kills if "supervisor" in action.targets]
    assert all(b - a > SUPERVISOR_PAUSE_S for a, b in pairwise(times))


def test_every_order_is_of_a_known_recording_and_all_are_ordered() -> None:
    orders = plan_of(1).orders
    assert {order.recording for order in orders} == {*SHORT, *LONG, *ODD}
    assert [order.number for order in orders] == list(range(60))
    assert {order.fate for order in orders} >= {"wait", "cancel and retry"}


def test_recordings_are_decided_by_the_seed_and_none_is_like_another() -> None:
    first, again = pieces(3, count=8), pieces(3, count=8)
    assert [each.data for each in first] == [each.data for each in again]
    assert len({each.data for each in first}) == 8
    wav = next(each for each in first if each.name.endswith(".wav"))
    assert SHORTEST_S <= len(wav.data) / 32_000 <= LONGEST_S + 1
