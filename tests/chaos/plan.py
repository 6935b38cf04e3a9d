"""What will go wrong and when: drawn from a seed before the run, so that it can be run again."""

# Ch 18 · System Quality: faults are drawn from a seed and written down before anything is broken

from __future__ import annotations

import random
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

WORKERS = ("media", "host", "media/child", "host/child")
PROGRAMS = ("broker", "api", "dispatcher", "decoder", "decoder/child", *WORKERS)
TREE = ("broker", "api", "dispatcher", "decoder", "media", "host", "supervisor")
CLOCKS = ("api", "broker", "dispatcher", "host", "media", "supervisor")
EVERYBODY = "everybody"
SUPERVISOR_PAUSE_S = 35.0
"""The launcher gives up when the supervisor dies three times a minute, and says so."""


class Kind(StrEnum):
    KILL = "kill"
    """SIGKILL to each target."""
    TERM = "stop"
    """SIGTERM: a graceful stop, after which the supervisor starts it again."""
    FREEZE = "freeze"
    """SIGSTOP, SIGCONT after `value` seconds: somebody thought dead comes back."""
    GHOST = "ghost"
    """A model host of another computer hangs over a window for `value` seconds; when it goes on,
    others have long done its work."""
    POWER = "power cut"
    """SIGKILL to every process, the launcher too; then the product is started again."""
    WIPE = "broker wipe"
    REPEAT = "repeated messages"
    """`value` old messages are delivered again, also of jobs that ended or were deleted."""
    DATABASE = "database"
    """All connections dropped (PostgreSQL), or one writer holds the lock `value` seconds."""
    DISK = "full disk"
    """No byte is free for `value` seconds."""
    CLOCK = "clock"
    """The targets' wall clocks go wrong by `value` hours; 0 puts them right."""


@dataclass(frozen=True, slots=True)
class Action:
    """One fault. `at_s` counts from the beginning of the trouble."""

    at_s: float
    kind: Kind
    targets: tuple[str, ...] = ()
    value: float = 0.0
    draw: float = 0.0
    """Decides, among children of one process or among messages, which."""

    def __str__(self) -> str:
        whom = f" {', '.join(self.targets)}" if self.targets else ""
        return f"{self.kind}{whom}{f' ({self.value:g})' if self.value else ''}"


Fate = Literal["wait", "cancel", "cancel and retry", "delete", "delete at the end"]


@dataclass(frozen=True, slots=True)
class Order:
    """One recording a customer sends, and what the customer does to it later."""

    number: int
    at_s: float
    recording: str
    fate: Fate = "wait"
    fate_after_s: float = 0.0
    listens: bool = False
    """Whether the customer follows the job through server-sent events."""

    def __str__(self) -> str:
        later = f", {self.fate} after {self.fate_after_s:g} s" if self.fate != "wait" else ""
        return f"{self.recording}{', listening' if self.listens else ''}{later}"


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that decides a run."""

    seed: int
    lasts_s: float
    orders: tuple[Order, ...]
    actions: tuple[Action, ...]

    def lines(self) -> dict[str, list[str]]:
        """The plan for people to read; the seed is enough to draw it again."""
        return {
            "faults": [f"{action.at_s:.2f} s: {action}" for action in self.actions],
            "orders": [f"{order.at_s:.2f} s: {order}" for order in self.orders],
        }


def draw(
    seed: int,
    *,
    jobs: int,
    lasts_s: float,
    short: list[str],
    long: list[str],
    odd: list[str],
    kinds: Collection[Kind] = frozenset(Kind),
) -> Plan:
    """A plan of `jobs` orders and about one fault every two seconds.

    Args:
        short: names of recordings; each is ordered about equally often.
        long: names of recordings that are ordered once each.
        odd: names of files that must be refused or fail, ordered once or more beside the others.
        kinds: faults to draw from.
    """
    chance = random.Random(seed)
    return Plan(
        seed=seed,
        lasts_s=lasts_s,
        orders=tuple(_orders(chance, jobs, lasts_s, short, long, odd)),
        actions=tuple(_actions(chance, lasts_s, kinds)),
    )


def _orders(
    chance: random.Random,
    jobs: int,
    lasts_s: float,
    short: list[str],
    long: list[str],
    odd: list[str],
) -> Iterator[Order]:
    names = [odd[i % len(odd)] for i in range(max(len(odd), jobs // 20))] + long
    names += [short[i % len(short)] for i in range(jobs - len(names))]
    chance.shuffle(names)
    for number, name in enumerate(names):
        at_s = lasts_s * number / jobs + chance.uniform(0, 1)
        fate: Fate = "wait"
        if name not in odd:
            fates: tuple[Fate, ...] = ("wait", "cancel", "cancel and retry", "delete",
                                       "delete at the end")  # fmt: skip
            fate = chance.choices(fates, (84, 4, 6, 4, 2))[0]
        after_s = chance.choice((0.0, 0.3, 1.0, 2.0, 4.0))
        yield Order(number, round(at_s, 2), name, fate, after_s, chance.random() < 0.08)


def _actions(chance: random.Random, lasts_s: float, kinds: Collection[Kind]) -> list[Action]:
    found: list[Action] = []
    at_s, supervisor_at_s = 1.0, float("-inf")
    deck: list[Kind] = []
    while at_s < lasts_s:
        if not deck:
            deck = [kind for kind in _DECK if kind in kinds for _ in range(_DECK[kind])]
            chance.shuffle(deck)
        action = _action(chance, round(at_s, 2), deck.pop())
        hits_supervisor = action.kind is Kind.KILL and "supervisor" in action.targets
        if hits_supervisor and at_s - supervisor_at_s < SUPERVISOR_PAUSE_S:
            action = Action(action.at_s, Kind.KILL, ("host", "dispatcher"), 0.0, action.draw)
        elif hits_supervisor or action.kind is Kind.POWER:
            supervisor_at_s = at_s
        found.append(action)
        if action.kind is Kind.CLOCK:
            right_s = action.at_s + chance.uniform(2, 8)
            found.append(Action(round(right_s, 2), Kind.CLOCK, action.targets))
        at_s += chance.expovariate(1 / 2.0) + 0.3
    return sorted(found, key=lambda action: action.at_s)


_DECK = {
    Kind.KILL: 8,
    Kind.TERM: 2,
    Kind.FREEZE: 2,
    Kind.GHOST: 2,
    Kind.WIPE: 2,
    Kind.REPEAT: 2,
    Kind.DATABASE: 2,
    Kind.DISK: 1,
    Kind.CLOCK: 2,
    Kind.POWER: 1,
}
"""How often each comes among 24 faults; every kind comes before any comes again."""


def _action(chance: random.Random, at_s: float, kind: Kind) -> Action:
    drawn = chance.random()
    match kind:
        case Kind.KILL:
            return Action(at_s, kind, _victims(chance), 0.0, drawn)
        case Kind.TERM:
            return Action(
                at_s, kind, (chance.choice(("media", "host", "dispatcher", "api")),), 0.0, drawn
            )
        case Kind.FREEZE:
            value = chance.choice((1.0, 3.0, 6.0, 10.0))
            return Action(at_s, kind, (chance.choice(PROGRAMS),), value, drawn)
        case Kind.GHOST:
            return Action(at_s, kind, (), chance.choice((9.0, 12.0)))
        case Kind.REPEAT:
            return Action(at_s, kind, (), float(chance.randint(5, 30)), drawn)
        case Kind.DATABASE:
            return Action(at_s, kind, (), chance.choice((1.0, 4.0, 9.0)))
        case Kind.DISK:
            return Action(at_s, kind, (), chance.choice((1.0, 3.0, 6.0)))
        case Kind.CLOCK:
            whom = (EVERYBODY,) if chance.random() < 0.5 else (chance.choice(CLOCKS),)
            return Action(at_s, kind, whom, chance.choice((-26.0, -3.0, -0.2, 0.2, 3.0, 26.0)))
        case _:
            return Action(at_s, kind, (), 0.0, drawn)


def _victims(chance: random.Random) -> tuple[str, ...]:
    kind = chance.random()
    if kind < 0.08:
        return TREE
    if kind < 0.16:
        return ("supervisor",)
    if kind < 0.36:
        return tuple(sorted(chance.sample(PROGRAMS, chance.randint(2, 4))))
    return (chance.choice(PROGRAMS),)
