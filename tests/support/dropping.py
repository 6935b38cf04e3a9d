"""A relay in front of the API that takes the answer and passes nothing of it on."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass


@dataclass(slots=True)
class Relay:
    port: int
    requests: int = 0


@contextmanager
def dropping(target: int, *, answers: int) -> Iterator[Relay]:
    """Relay to `target`; the first `answers` are read to their end and never passed on.

    To the API they look delivered. Each connection carries one request.
    """

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            relay.requests += 1
            dropped = relay.requests <= answers
            with socket.create_connection(("127.0.0.1", target), 30) as behind:
                thread = threading.Thread(target=_pump, args=(self.request, behind))
                thread.start()
                _answer(behind, None if dropped else self.request)
                with suppress(OSError):
                    self.request.shutdown(socket.SHUT_RDWR)
                thread.join()

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = True

    with Server(("127.0.0.1", 0), Handler) as server:
        relay = Relay(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield relay
        server.shutdown()
        thread.join()


def _pump(front: socket.socket, behind: socket.socket) -> None:
    with suppress(OSError):
        while data := front.recv(65536):
            behind.sendall(data)


def _answer(behind: socket.socket, front: socket.socket | None) -> None:
    """Until it is quiet for a moment after the first bytes: the API keeps connections open."""
    behind.settimeout(20)
    with suppress(OSError):
        while data := behind.recv(65536):
            if front is not None:
                front.sendall(data)
            behind.settimeout(1.0)
