"""Does to the product what the plan says, and writes down what it really did."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import psutil
import redis
from kombu.exceptions import KombuError
from sqlalchemy import text
from sqlmodel import select

from app.broker import TASKS, make_celery
from app.database import Database, DatabaseError
from app.outbox.tables import Topic
from app.transcriptions.tables import Attempt, AttemptState, WindowRow, WindowState
from deploy.local.product import Product, start_product
from tests.chaos import ghost
from tests.chaos.clock import Clocks
from tests.chaos.disk import Disk
from tests.chaos.plan import EVERYBODY, TREE, Action, Kind

LASTING = frozenset({Kind.FREEZE, Kind.GHOST, Kind.DATABASE, Kind.DISK})
POWER_BACK_S = 1.0
WAIT_S = 3.0
LIES_IN_WAIT = 0.7
"""Share of the kills and freezes of workers that wait until there is work to destroy."""
PATIENCE_S = 30.0
PARTING_S = 10.0


@dataclass(slots=True)
class Done:
    """What became of an action. Times in seconds of this process's monotonic clock."""

    action: Action
    began: float
    ended: float
    told: str
    """Who was hit, or why nothing was."""
    missed: bool = False


@dataclass(slots=True)
class Monkey:
    """`product` changes when the power is cut: another launcher, the same home and port."""

    product: Product
    database: Database
    environment: dict[str, str]
    clocks: Clocks | None
    disk: Disk | None
    say: Callable[[str], None]
    ids: Callable[[], list[str]]
    """Ids of all jobs there were so far, the deleted ones too."""
    log: list[Done] = field(default_factory=list)
    _lasting: list[threading.Thread] = field(default_factory=list)
    _haunted: threading.Lock = field(default_factory=threading.Lock)

    def act(self, action: Action) -> None:
        """Do it now. What lasts goes on in the background, so that faults overlap."""
        if action.kind in LASTING:
            thread = threading.Thread(target=self._do, args=(action,), name=str(action))
            thread.start()
            self._lasting.append(thread)
        else:
            self._do(action)

    def finish(self) -> None:
        """Wait until nothing is frozen, held or full any more, and put the clocks right."""
        for thread in self._lasting:
            thread.join()
        if self.disk:
            self.disk.free()
        if self.clocks:
            self.clocks.set((EVERYBODY,), 0.0)

    def _do(self, action: Action) -> None:
        began = time.monotonic()
        try:
            told = _HOW[action.kind](self, action)
            missed = told.startswith("nobody")
        except (OSError, redis.RedisError, psutil.Error, httpx.HTTPError, DatabaseError) as error:
            # The target had been hit by another fault: part of the game, but it is written down
            told, missed = f"nobody: {type(error).__name__} {error}"[:120], True
        self.log.append(Done(action, began, time.monotonic(), told, missed))
        self.say(f"{action}: {told}")

    def _signal(self, action: Action) -> str:
        number = signal.SIGTERM if action.kind is Kind.TERM else signal.SIGKILL
        # Found first, hit then: together means at once
        found = {name: self._pid(name, action.draw) for name in action.targets}
        if action.draw < LIES_IN_WAIT:
            self._until_busy(action.targets)
        for pid in found.values():
            if pid is not None:
                _send(pid, number)
        hit = [f"{name} {pid}" for name, pid in found.items() if pid is not None]
        return ", ".join(hit) or "nobody runs by that name now"

    def _freeze(self, action: Action) -> str:
        pid = self._pid(action.targets[0], action.draw)
        if action.draw < LIES_IN_WAIT:
            self._until_busy(action.targets)
        if pid is None or not _send(pid, signal.SIGSTOP):
            return "nobody runs by that name now"
        time.sleep(action.value)
        woke = _send(pid, signal.SIGCONT)
        return f"{pid}" if woke else f"{pid}, killed meanwhile"

    def _ghost(self, action: Action) -> str:
        if not self._haunted.acquire(blocking=False):
            return "nobody: one ghost at a time is enough"
        try:
            return self._haunt(action.value)
        finally:
            self._haunted.release()

    def _haunt(self, value_s: float) -> str:
        with ghost.model_host(self.product.home, self.environment) as host:
            # So that the product's own host does not do all there is
            with suppress(httpx.HTTPError):
                self._fault("slow_model", on=True, seconds=1.0)
            child = host.child_with_window(self.database, PATIENCE_S)
            with suppress(httpx.HTTPError):
                self._fault("slow_model", on=False)
            if child is None:
                return "nobody gave it a window"
            _send(child, signal.SIGSTOP)
            time.sleep(value_s)
            _send(child, signal.SIGCONT)
            time.sleep(PARTING_S)  # to hand in what it believes to be its work
        return f"{child} went on when others had done its work"

    def _pid(self, name: str, draw: float) -> int | None:
        """Waits a moment for what is just being started, or has no child just now."""
        until = time.monotonic() + WAIT_S
        while (pid := self._look_for(name, draw)) is None and time.monotonic() < until:
            time.sleep(0.05)
        return pid

    def _look_for(self, name: str, draw: float) -> int | None:
        program, _, child = name.partition("/")
        pid = self.product.pids().get(program)
        if pid is None or not child:
            return pid
        try:
            children = [
                each
                for each in psutil.Process(pid).children()
                if each.status() != psutil.STATUS_ZOMBIE
            ]
        except psutil.NoSuchProcess:
            return None
        return children[int(draw * len(children))].pid if children else None

    def _until_busy(self, targets: tuple[str, ...]) -> None:
        """Wait a moment until one of those that will be hit has something in its hands."""
        programs = {name.partition("/")[0] for name in targets}
        wanted: list[Any] = []
        if "host" in programs:
            wanted.append(select(WindowRow.id).where(WindowRow.state == WindowState.RUNNING))
        if programs & {"media", "decoder"}:
            wanted.append(select(Attempt.id).where(Attempt.state == AttemptState.RUNNING))
        until = time.monotonic() + WAIT_S
        while wanted and time.monotonic() < until:
            with suppress(DatabaseError), self.database.read() as session:
                if any(session.exec(query.limit(1)).first() for query in wanted):
                    return
            time.sleep(0.02)

    def _power(self, _: Action) -> str:
        pids = self.product.pids()
        # The launcher first: nobody is to tidy up
        for name in ("launcher", *TREE):
            if name in pids:
                _send(pids[name], signal.SIGKILL)
        self.product.launcher.wait()
        time.sleep(POWER_BACK_S)
        port = self.product.api.rpartition(":")[2]
        env = {**self.environment, "LECTERN_PORT": port}
        self.product = start_product(self.product.home, env=env)
        return f"{len(pids)} processes; started again"

    def _wipe(self, action: Action) -> str:
        """Lose all messages; mostly, some are made to wait first by keeping the workers asleep."""
        lies_in_wait = action.draw < LIES_IN_WAIT
        pids = self.product.pids()
        asleep = [pids[name] for name in ("media", "host") if name in pids and lies_in_wait]
        until = time.monotonic() + (WAIT_S if lies_in_wait else 0.0)
        try:
            for pid in asleep:
                _send(pid, signal.SIGSTOP)
            with self._broker() as broker:
                while not (waiting := self._waiting(broker)) and time.monotonic() < until:
                    time.sleep(0.02)
                broker.flushall()
        finally:
            for pid in asleep:
                _send(pid, signal.SIGCONT)
        return f"{waiting} messages were waiting"

    @staticmethod
    def _waiting(broker: redis.Redis) -> int:
        return sum(int(broker.llen(queue)) for _, queue in TASKS.values())

    def _broker(self) -> redis.Redis:
        socket = str(self.product.run_dir / "broker.sock")
        return redis.Redis(unix_socket_path=socket, socket_timeout=5)

    def _repeat(self, action: Action) -> str:
        ids = self.ids()
        if not ids:
            return "nobody has sent anything yet"
        with make_celery(f"redis+socket://{self.product.run_dir / 'broker.sock'}") as celery:
            for number in range(int(action.value)):
                job = ids[int(action.draw * 7919 + number * 37) % len(ids)]
                task, queue = TASKS[Topic.PREPARE if number % 2 else Topic.RECOGNISE]
                try:
                    celery.send_task(task, [job], queue=queue)
                except KombuError as error:
                    return f"nobody takes messages: {type(error).__name__}"
        return f"{int(action.value)} to {len(ids)} jobs"

    def _drop_database(self, action: Action) -> str:
        if self.database.engine.dialect.name == "sqlite":
            with self.database.write():
                time.sleep(action.value)
            return "one writer held the lock"
        with self.database.read() as session:
            dropped = session.execute(
                text(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                    " WHERE pid <> pg_backend_pid() AND datname = current_database()"
                )
            ).scalar_one()
        return f"{dropped} connections"

    def _fill_disk(self, action: Action) -> str:
        if self.disk is None:
            self._fault("full_disk", on=True)
        else:
            self.disk.fill()
        time.sleep(action.value)
        if self.disk is None:
            self._fault("full_disk", on=False)
        else:
            self.disk.free()
        return "no byte was free" if self.disk else "simulated, no disk may be mounted here"

    def _set_clock(self, action: Action) -> str:
        told = "put right" if action.value == 0 else "wrong"
        if self.clocks is not None:
            self.clocks.set(action.targets, action.value)
            return told
        ahead_s = min(3600.0, abs(action.value) * 3600)
        self._fault("jumping_clock", on=ahead_s > 0, seconds=ahead_s)
        return f"{told}, simulated, libfaketime is not there"

    def _fault(self, name: str, *, on: bool, **parameters: float) -> None:
        """Switch a fault of the registry, which the processes simulate."""
        headers = {"Authorization": f"Bearer {self.product.token}"}
        address = f"{self.product.api}/v1/faults/{name}"
        body = {"minutes": 1, "parameters": parameters}
        answer = (
            httpx.put(address, json=body, headers=headers)
            if on
            else httpx.delete(address, headers=headers)
        )
        answer.raise_for_status()


_HOW: dict[Kind, Callable[[Monkey, Action], str]] = {
    Kind.KILL: Monkey._signal,
    Kind.TERM: Monkey._signal,
    Kind.FREEZE: Monkey._freeze,
    Kind.GHOST: Monkey._ghost,
    Kind.POWER: Monkey._power,
    Kind.WIPE: Monkey._wipe,
    Kind.REPEAT: Monkey._repeat,
    Kind.DATABASE: Monkey._drop_database,
    Kind.DISK: Monkey._fill_disk,
    Kind.CLOCK: Monkey._set_clock,
}


def _send(pid: int, number: signal.Signals) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True
