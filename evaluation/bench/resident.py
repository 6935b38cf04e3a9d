"""The memory of a running product's processes, role by role, watched while something happens."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil

SAMPLE_S: Final = 0.2
MB: Final = 1e6
_ROLES: Final = {
    "worker.decoder": "decoder",
    "uvicorn": "api",
    "app.dispatcher": "dispatcher",
    "media@%h": "media workers",
    "host@%h": "model host",
}
"""Role of a process by a word of its command line."""
_BROKERS: Final = frozenset({"valkey-server", "redis-server"})


@dataclass(frozen=True, slots=True)
class Memory:
    """What the processes of a role use together, in bytes."""

    resident: int
    """Sum of their resident sets: a page that two of them share counts twice."""
    own: int
    """What they have allocated: anonymous pages, a page that forks share counted once. Files that
    are mapped (libraries, mostly) are left out: the system drops them when it needs the room."""


Roles = dict[str, Memory]


def roles(supervisor_pid: int) -> Roles:
    """Memory of every role below supervisord: its process and all children of that."""
    supervisor = psutil.Process(supervisor_pid)
    found = {supervisor_pid: "supervisor"}
    total = {"supervisor": _memory(supervisor)}
    # One look at the process table; parents come before their children
    for process in supervisor.children(recursive=True):
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            parent = process.ppid()
            role = _role(process) if parent == supervisor_pid else found.get(parent)
            if role is not None:
                found[process.pid] = role
                used, before = _memory(process), total.get(role, Memory(0, 0))
                total[role] = Memory(before.resident + used.resident, before.own + used.own)
    return total


def _role(process: psutil.Process) -> str | None:
    if process.name() in _BROKERS:
        return "broker"
    return next((_ROLES[word] for word in process.cmdline() if word in _ROLES), None)


def _memory(process: psutil.Process) -> Memory:
    resident = process.memory_info()
    try:
        rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
    except PermissionError:
        # A decoder child lets nobody look inside; this counts pages shared with its parent as well
        return Memory(resident.rss, resident.rss - resident.shared)
    except FileNotFoundError:
        return Memory(resident.rss, process.memory_full_info().uss)  # not Linux, or gone
    sizes = {name: int(rest.split()[0]) for name, rest in _fields(rollup)}
    return Memory(resident.rss, 1024 * (sizes["Pss_Anon"] + sizes["Pss_Shmem"]))


def _fields(rollup: str) -> Iterator[tuple[str, str]]:
    for line in rollup.splitlines()[1:]:
        name, _, rest = line.partition(":")
        yield name, rest


@dataclass(slots=True)
class Watch:
    """Samples of a stretch of time: (seconds since its start, memory of each role)."""

    samples: list[tuple[float, Roles]] = field(default_factory=list)

    def peak(
        self, role: str, what: str = "own", first_s: float = 0.0, last_s: float = 1e9
    ) -> float:
        """Largest value of a role in MB between two moments; 0 when it was never seen."""
        seen = (
            getattr(found[role], what)
            for at_s, found in self.samples
            if role in found and first_s <= at_s <= last_s
        )
        return max(seen, default=0) / MB

    @property
    def roles(self) -> list[str]:
        return sorted({role for _, found in self.samples for role in found})

    @property
    def length_s(self) -> float:
        return self.samples[-1][0] if self.samples else 0.0


@contextmanager
def watching(supervisor_pid: int, sample_s: float = SAMPLE_S) -> Iterator[Watch]:
    """Sample all roles while the block runs."""
    watch = Watch()
    done = threading.Event()
    started = time.monotonic()

    def look() -> None:
        while True:
            with suppress(psutil.NoSuchProcess):
                watch.samples.append((time.monotonic() - started, roles(supervisor_pid)))
            if done.wait(sample_s):
                return

    thread = threading.Thread(target=look, name="watch", daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        done.set()
        thread.join()


def settled(supervisor_pid: int, calm_s: float = 1.5) -> Roles:
    """Memory at rest: the least each role has had in the last moments."""
    with watching(supervisor_pid) as watch:
        time.sleep(calm_s)
    return {
        role: min(
            (found[role] for _, found in watch.samples if role in found),
            key=lambda memory: memory.own,
        )
        for role in watch.roles
    }
