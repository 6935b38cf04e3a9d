"""A fork server: everything is loaded once, each file gets a process of its own.

Celery's children may not have children, and starting Python with PyAV takes half a second; a
fork takes milliseconds. The server itself touches no byte of any file and reads nothing from
any client. It has one thread and holds no lock when it forks.

There are two doors with a budget each, so that somebody who uploads never waits for those who
decode. A child lives as long as its client: the server keeps the other end of the connection
in sight and kills the child when the client hangs up, whatever the child is doing or pretends.
"""

from __future__ import annotations

import gc
import io
import os
import select
import signal
import socket
import stat
import sys
import time
import wave
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Final

from app.media.protocol import Operation, probe_socket
from worker.decoder import child
from worker.decoder.decode import AudioDecoder
from worker.decoder.limits import confine
from worker.decoder.opening import open_audio
from worker.decoder.seccomp import deny_other_calls
from worker.decoder.source import Descriptor

READY: Final = "decoder ready"
STALLED_S: Final = 120.0
"""A child that does nothing for so long, because nobody reads what it decoded, must make room
for others, if there are any who wait."""
_PROBE_S: Final = 90.0
"""Longer than any client waits for a probe; one that is still there then is nobody's."""
_BACKLOG: Final = 128
_PAUSE_S: Final = 0.2
"""After the system refused a process, a descriptor or memory."""
_WATCH_S: Final = 1.0


@dataclass(slots=True)
class _Child:
    pid: int
    connection: socket.socket
    """Never read and never written to: watched for the client's hanging up."""
    started_s: float
    worked_s: float = 0.0
    idle_since_s: float = field(init=False)

    def __post_init__(self) -> None:
        self.idle_since_s = self.started_s

    def idle_s(self, now_s: float) -> float:
        """For how long it has used no processor time; 0 where the system does not tell."""
        worked_s = _processor_s(self.pid)
        if worked_s is None or worked_s != self.worked_s:
            self.worked_s, self.idle_since_s = worked_s or 0.0, now_s
        return now_s - self.idle_since_s

    def end(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


@dataclass(slots=True)
class _Door:
    listener: socket.socket
    operation: Operation
    budget: int
    children: dict[int, _Child] = field(default_factory=dict)
    """By the descriptor of their connection."""

    @property
    def full(self) -> bool:
        return len(self.children) >= self.budget

    def somebody_waits(self) -> bool:
        queue = select.poll()
        queue.register(self.listener, select.POLLIN)
        return bool(queue.poll(0))


class Server:
    """Listens on `socket_path` and its neighbour for probes (both 0600) until SIGTERM or SIGINT.

    At most `max_children` files are decoded and `max_probes` looked into at once; further clients
    wait in the sockets' queues. With `stop_with_stdin` the server also ends when its standard
    input does, that is when the process that started it dies in whatever way.
    """

    def __init__(
        self,
        socket_path: Path,
        max_children: int,
        max_probes: int,
        stop_with_stdin: bool = False,
        stalled_s: float = STALLED_S,
    ) -> None:
        self._paths = (socket_path, probe_socket(socket_path))
        self._budgets = (max_children, max_probes)
        self._stop_with_stdin = stop_with_stdin
        self._stalled_s = stalled_s
        self._doors: list[_Door] = []
        self._paused_until_s = 0.0
        self._stopping = False

    def run(self) -> None:
        """Raises OSError: a socket's address is in use, too long, or not writable."""
        warm_up()
        self._note(*_granted())
        operations: tuple[Operation, Operation] = ("decode", "probe")
        for path, operation, budget in zip(self._paths, operations, self._budgets, strict=True):
            self._doors.append(_Door(listen(path), operation, budget))
        wake, waker = socket.socketpair()
        wake.setblocking(False)
        waker.setblocking(False)
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
            signal.signal(number, self._signalled)
        print(READY, flush=True)
        try:
            self._loop(wake)
        finally:
            for path in self._paths:
                with suppress(OSError):
                    path.unlink()
            self._end_children()

    def _note(self, apart: bool, few_calls: bool) -> None:
        network = "no network" if apart else "A NETWORK, as the kernel lets them have no other"
        calls = "few system calls" if few_calls else "ALL SYSTEM CALLS, as there are no filters"
        print(f"decoder: children have {network} and {calls}", file=sys.stderr, flush=True)

    def _signalled(self, number: int, _frame: FrameType | None) -> None:
        if number != signal.SIGCHLD:
            self._stopping = True

    def _loop(self, wake: socket.socket) -> None:
        poll = select.poll()
        poll.register(wake, select.POLLIN)
        if self._stop_with_stdin:
            poll.register(sys.stdin.fileno(), select.POLLIN)
        watched_s = time.monotonic()
        while not self._stopping:
            now_s = time.monotonic()
            paused = now_s < self._paused_until_s
            for door in self._doors:
                poll.register(door.listener, 0 if paused or door.full else select.POLLIN)
            busy = any(door.children for door in self._doors)
            wait_s = _PAUSE_S if paused else _WATCH_S if busy else None
            for descriptor, _ in poll.poll(None if wait_s is None else wait_s * 1000):
                if descriptor == wake.fileno():
                    with suppress(BlockingIOError):
                        wake.recv(4096)
                elif self._stop_with_stdin and descriptor == sys.stdin.fileno():
                    self._stopping = not os.read(descriptor, 4096)
                else:
                    self._serve(descriptor, poll)
            self._reap(poll)
            if now_s - watched_s > _WATCH_S:
                watched_s = now_s
                self._watch(now_s)

    def _serve(self, descriptor: int, poll: select.poll) -> None:
        for door in self._doors:
            if descriptor == door.listener.fileno():
                self._accept(door, poll)
            elif descriptor in door.children:
                # Ch 28 · Security and Privacy: a decoder that hangs, taken over or not, ends here
                door.children[descriptor].end()

    def _accept(self, door: _Door, poll: select.poll) -> None:
        """Start a child for the next client; one that cannot have one is hung up on."""
        # Ch 28 · Security and Privacy: when the machine has nothing left, one upload waits or
        # is told so; the server stays
        try:
            connection, _ = door.listener.accept()
        except BlockingIOError:
            return  # the client has left the queue
        except (OSError, MemoryError):
            self._paused_until_s = time.monotonic() + _PAUSE_S
            return
        parent = os.getpid()
        try:
            pid = os.fork()
        except (OSError, MemoryError):
            connection.close()
            self._paused_until_s = time.monotonic() + _PAUSE_S
            return
        if pid == 0:
            child.run(connection, parent, door.operation)
        door.children[connection.fileno()] = _Child(pid, connection, time.monotonic())
        poll.register(connection, 0)  # nothing but POLLHUP, which is always told

    def _reap(self, poll: select.poll) -> None:
        """Let go of the connections of the dead: only then do their clients see them closed."""
        for door in self._doors:
            for descriptor, dead in list(door.children.items()):
                try:
                    ended = os.waitpid(dead.pid, os.WNOHANG)[0] != 0
                except ChildProcessError:
                    ended = True
                if ended:
                    poll.unregister(descriptor)
                    del door.children[descriptor]
                    dead.connection.close()

    def _watch(self, now_s: float) -> None:
        """End probes that take too long, and a decode that does nothing while others wait."""
        decodes, probes = self._doors
        for probe in probes.children.values():
            if now_s - probe.started_s > _PROBE_S:
                probe.end()
        idle = {one.idle_s(now_s): one for one in decodes.children.values()}
        if decodes.full and max(idle) > self._stalled_s and decodes.somebody_waits():
            idle[max(idle)].end()

    def _end_children(self) -> None:
        children = [one for door in self._doors for one in door.children.values()]
        for one in children:
            one.end()
        for one in children:
            with suppress(ChildProcessError):
                os.waitpid(one.pid, 0)


def _processor_s(pid: int) -> float | None:
    """User and system time, from fields 14 and 15 of proc_pid_stat(5)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _granted() -> tuple[bool, bool]:
    """What this kernel lets a child give up: the network, and system calls. Tried in one."""
    pid = os.fork()
    if pid == 0:
        status = 0
        try:
            status = confine(1, 3) + 2 * deny_other_calls()
        finally:
            os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return bool(status & 1), bool(status & 2)


def listen(path: Path) -> socket.socket:
    """A listening socket that only its owner may use; a dead server's leftover is replaced.

    Raises OSError: another server answers there, or something else has that name.
    """
    if path.exists():
        if not stat.S_ISSOCK(path.stat().st_mode):
            raise FileExistsError(f"{path} exists and is no socket")
        with socket.socket(socket.AF_UNIX) as knock:
            try:
                knock.connect(os.fspath(path))
            except ConnectionRefusedError:
                path.unlink()
            else:
                raise FileExistsError(f"a decoder is listening on {path} already")
    listener = socket.socket(socket.AF_UNIX)
    mask = os.umask(0o177)
    try:
        listener.bind(os.fspath(path))
    finally:
        os.umask(mask)
    listener.listen(_BACKLOG)
    listener.setblocking(False)
    return listener


def warm_up() -> None:
    """Decode something now: children can import nothing any more, as they can open nothing."""
    audio = io.BytesIO()
    with wave.open(audio, "wb") as writer:
        writer.setnchannels(2)
        writer.setsampwidth(2)
        writer.setframerate(8_000)
        writer.writeframes(bytes(4 * 8_000))
    descriptor = os.memfd_create("warm-up") if hasattr(os, "memfd_create") else None
    if descriptor is not None:
        with os.fdopen(descriptor, "r+b") as file:
            file.write(audio.getvalue())
            file.flush()
            decoder = AudioDecoder(open_audio(Descriptor(file.fileno()), "wav"), 2 * 16_000)
            for _ in decoder.blocks():
                pass
            decoder.info(), decoder.done()
    gc.collect()
    gc.freeze()
