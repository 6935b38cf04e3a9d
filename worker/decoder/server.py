"""A fork server: everything is loaded once, each file gets a process of its own.

Celery's children may not have children, and starting Python with PyAV takes half a second; a
fork takes milliseconds. The server itself touches no byte of any file and reads nothing from
any client. It has one thread and holds no lock when it forks.
"""

from __future__ import annotations

import gc
import io
import os
import selectors
import signal
import socket
import stat
import sys
import time
import wave
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Final

from worker.decoder import child
from worker.decoder.decode import AudioDecoder
from worker.decoder.opening import open_audio
from worker.decoder.source import Descriptor

READY: Final = "decoder ready"
_BACKLOG: Final = 128
_PAUSE_AFTER_FAILED_FORK_S: Final = 0.2


class Server:
    """Listens on `socket_path` (mode 0600) until SIGTERM or SIGINT.

    At most `max_children` files are decoded at once; further clients wait in the socket's queue.
    With `stop_with_stdin` the server also ends when its standard input does, that is when the
    process that started it dies in whatever way.
    """

    def __init__(self, socket_path: Path, max_children: int, stop_with_stdin: bool = False) -> None:
        self._path = socket_path
        self._max = max_children
        self._stop_with_stdin = stop_with_stdin
        self._children: set[int] = set()
        self._stopping = False

    def run(self) -> None:
        """Raises OSError: the socket's address is in use, too long, or not writable."""
        warm_up()
        listener = listen(self._path)
        wake, waker = socket.socketpair()
        wake.setblocking(False)
        waker.setblocking(False)
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
            signal.signal(number, self._signalled)
        print(READY, flush=True)
        try:
            self._loop(listener, wake)
        finally:
            with suppress(OSError):
                self._path.unlink()
            self._end_children()

    def _signalled(self, number: int, _frame: FrameType | None) -> None:
        if number != signal.SIGCHLD:
            self._stopping = True

    def _loop(self, listener: socket.socket, wake: socket.socket) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(wake, selectors.EVENT_READ)
            if self._stop_with_stdin:
                selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
            listening = False
            while not self._stopping:
                free = len(self._children) < self._max
                if free and not listening:
                    selector.register(listener, selectors.EVENT_READ)
                elif listening and not free:
                    selector.unregister(listener)
                listening = free
                for key, _ in selector.select():
                    if key.fileobj is wake:
                        with suppress(BlockingIOError):
                            wake.recv(4096)
                    elif key.fileobj is listener:
                        self._accept(listener)
                    elif not os.read(sys.stdin.fileno(), 4096):
                        self._stopping = True
                self._reap()

    def _accept(self, listener: socket.socket) -> None:
        try:
            connection, _ = listener.accept()
        except OSError:
            return  # the client has left the queue, or there are no descriptors for a moment
        with connection:
            parent = os.getpid()
            try:
                pid = os.fork()
            except OSError:
                time.sleep(_PAUSE_AFTER_FAILED_FORK_S)
                return
            if pid == 0:
                child.run(connection, parent)
            self._children.add(pid)

    def _reap(self) -> None:
        while self._children:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                self._children.clear()
                return
            if pid == 0:
                return
            self._children.discard(pid)

    def _end_children(self) -> None:
        for pid in self._children:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in self._children:
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)


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
