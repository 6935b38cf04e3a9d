"""Between client and rclone, to correct one digit: it answers a part of an object with 200.

RFC 9110 (15.3.7) wants 206 for an answer with Content-Range, and obstore insists on it. Nothing
else is touched; one request a connection.
"""

from __future__ import annotations

import re
import socket
import threading
from contextlib import suppress

_BLOCK = 256 * 1024
_PART = re.compile(rb"^content-range:", re.IGNORECASE | re.MULTILINE)


class Relay:
    """Listens on `port` from `open` to `close`; hands requests on to `target`."""

    def __init__(self, port: int, target: int) -> None:
        self.port = port
        self.target = target
        self._listening: socket.socket | None = None
        self._threads: list[threading.Thread] = []

    def open(self) -> None:
        listening = socket.create_server(("127.0.0.1", self.port), backlog=256)
        self._listening = listening
        self._start(self._accept, listening)

    def close(self) -> None:
        """Refuse connections from now on."""
        if self._listening is not None:
            # Without this a thread that waits in accept keeps the port open
            with suppress(OSError):
                self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()
        for thread in self._threads:
            thread.join(10)
        self._threads.clear()

    def _start(self, target: object, *arguments: socket.socket) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]
        thread.start()
        self._threads = [each for each in self._threads if each.is_alive()] + [thread]

    def _accept(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listening.accept()
                self._start(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            head, rest = _head(client)
            if not head:
                return
            with socket.create_connection(("127.0.0.1", self.target)) as server:
                line, _, fields = head.partition(b"\r\n")
                # Not one of the signed headers
                server.sendall(line + b"\r\nConnection: close\r\n" + fields + rest)
                threading.Thread(target=_copy, args=(client, server), daemon=True).start()
                head, rest = _head(server)
                if _PART.search(head):
                    head = head.replace(b"HTTP/1.1 200 OK", b"HTTP/1.1 206 Partial Content", 1)
                client.sendall(head + rest)
                _copy(server, client)
                # The other direction ends as well
                with suppress(OSError):
                    client.shutdown(socket.SHUT_RDWR)


def _head(source: socket.socket) -> tuple[bytes, bytes]:
    """The first lines and the empty one, and what came with them."""
    data = b""
    while b"\r\n\r\n" not in data:
        block = source.recv(_BLOCK)
        if not block:
            return data, b""
        data += block
    head, _, rest = data.partition(b"\r\n\r\n")
    return head + b"\r\n\r\n", rest


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while block := source.recv(_BLOCK):
            target.sendall(block)
