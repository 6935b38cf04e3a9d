"""Watches a run: what was done when, and how long after each fault work went on again."""

from __future__ import annotations

import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from app.database import Database, DatabaseError
from tests.chaos import audit
from tests.chaos.audit import Entry
from tests.chaos.monkey import Done
from tests.chaos.plan import EVERYBODY, TREE, Kind

LOOK_S = 0.1
ENDED = frozenset({"succeeded", "failed", "cancelled"})
_PROGRESS = {
    "api": frozenset({"api"}),
    "dispatcher": frozenset({"sent"}),
    "broker": frozenset({"begun"}),
    "decoder": frozenset({"cut"}),
    "media": frozenset({"cut"}),
    "host": frozenset({"done"}),
}
_ALL = frozenset({"api", "sent", "begun", "cut", "done"})
_TELLS = """\
Seconds from the fault (from its end, where it lasted) until the affected part has next got
something done: the API answered, the dispatcher sent a message, a worker began a recording
(broker), cut a window (decoder, media), finished a window (host); for faults that hit all of them,
the last of these. Waiting for the next recording to be sent is included."""


OVERTAKEN = 1000
"""Entries that a slow transaction may be overtaken by."""


@dataclass(slots=True)
class Recorder:
    """Reads the log in the database and asks the API whether it is there."""

    database: Database
    api: str
    entries: list[Entry] = field(default_factory=list)
    progress: list[tuple[float, str]] = field(default_factory=list)
    """When what was got done, in seconds of this process's monotonic clock."""
    _stop: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def watching(self) -> Iterator[None]:
        threads = [threading.Thread(target=loop) for loop in (self._read, self._knock)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()
            self.look()

    def _read(self) -> None:
        while not self._stop.wait(LOOK_S):
            try:
                self.look()
            except DatabaseError:
                continue  # our connection was dropped as well

    def look(self) -> None:
        """Take over what happened since the last look."""
        # A transaction that took its number early may be committed after one that took it late
        known = {entry.number for entry in self.entries[-2 * OVERTAKEN :]}
        last = max(known, default=0)
        found = audit.entries(self.database, max(0, last - OVERTAKEN))
        new = [entry for entry in found if entry.number not in known]
        seen_at = time.monotonic()
        self.entries += new
        self.progress += [(seen_at, kind) for entry in new if (kind := _kind(entry))]

    def in_order(self) -> list[Entry]:
        """All entries in the order in which things happened."""
        return sorted(self.entries, key=lambda entry: entry.number)

    def _knock(self) -> None:
        while not self._stop.wait(LOOK_S):
            try:
                if httpx.get(f"{self.api}/healthz", timeout=1.0).is_success:
                    self.progress.append((time.monotonic(), "api"))
            except httpx.HTTPError:
                continue

    @property
    def ids(self) -> list[str]:
        """All jobs so far, in the order of their submission."""
        return [entry.id for entry in list(self.entries) if entry.kind == "new"]

    def moved(self, began: float) -> float:
        """When a recording was last worked on, not before `began`."""
        work = (at for at, kind in reversed(self.progress) if kind in ("begun", "cut", "done"))
        return max(began, next(work, began))

    def recovery(self, log: list[Done]) -> dict[str, Any]:
        """Recovery times by kind of fault."""
        times: dict[str, list[float]] = defaultdict(list)
        never: dict[str, int] = defaultdict(int)
        for done in log:
            wanted = _affected(done)
            if done.missed or not wanted:
                continue
            since = done.ended if done.action.kind in _LASTING else done.began
            name = _name(done)
            took = [self._next(kind, since) for kind in wanted]
            if any(each is None for each in took):
                never[name] += 1  # nothing was left to do
            else:
                times[name].append(max(each for each in took if each is not None))
        return {
            "seconds_mean": _TELLS,
            "faults": {name: _figures(times[name], never[name]) for name in sorted(times)},
        }

    def _next(self, kind: str, since: float) -> float | None:
        after = (at - since for at, what in self.progress if what == kind and at > since)
        return min(after, default=None)


_LASTING = frozenset({Kind.FREEZE, Kind.DATABASE, Kind.DISK})


def _kind(entry: Entry) -> str | None:
    match entry.kind, entry.became:
        case "window", "done":
            return "done"
        case "cut", _:
            return "cut"
        case "attempt", "running":
            return "begun"
        case "sent", _:
            return "sent"
    return None


def _affected(done: Done) -> frozenset[str]:
    action = done.action
    match action.kind:
        case Kind.POWER:
            return _ALL
        case Kind.WIPE:
            return frozenset({"begun"})
        case Kind.DATABASE | Kind.DISK:
            return frozenset({"sent", "cut", "done"})
        case Kind.REPEAT | Kind.GHOST:
            return frozenset()
        case Kind.CLOCK:
            return frozenset({"sent", "cut", "done"}) if EVERYBODY in action.targets else (
                _parts(action.targets))  # fmt: skip
    return _parts(action.targets)


def _parts(targets: tuple[str, ...]) -> frozenset[str]:
    if "supervisor" in targets:
        return _ALL
    parts = (_PROGRESS.get(name.partition("/")[0], frozenset()) for name in targets)
    return frozenset().union(*parts)


def _name(done: Done) -> str:
    targets = done.action.targets
    if targets == TREE:
        return f"{done.action.kind} all at once"
    if len(targets) > 1:
        return f"{done.action.kind} several at once"
    return f"{done.action.kind} {' '.join(targets)}".strip()


def _figures(times: list[float], never: int) -> dict[str, float | int]:
    ordered = sorted(times)
    return {
        "times": len(ordered),
        "p50_s": round(statistics.median(ordered), 2),
        "p95_s": round(ordered[max(0, -(-95 * len(ordered) // 100) - 1)], 2),
        "max_s": round(ordered[-1], 2),
        "nothing_left_to_do": never,
    }
