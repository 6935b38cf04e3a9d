"""A line between a client and a server that breaks off after so many bytes, or goes dead."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_PIECE = 64 * 1024


class CuttingProxy:
    """Passes TCP on. `cut_after` bytes of a client, its connection is reset; None: never.

    `bytes_s` is the speed towards the server, for each connection; None: as fast as it goes.
    """

    def __init__(
        self, port: int, cut_after: int | None = None, bytes_s: float | None = None
    ) -> None:
        self.cut_after = cut_after
        self.bytes_s = bytes_s
        self.cuts = 0
        self.refusing = False
        self._target = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                if self.refusing:
                    client.close()
                    continue
                try:
                    server = socket.create_connection(("127.0.0.1", self._target), timeout=30)
                except OSError:
                    client.close()
                    continue
                self._open |= {client, server}
                for source, sink, counted in ((client, server, True), (server, client, False)):
                    threading.Thread(
                        target=self._pass_on, args=(source, sink, counted), daemon=True
                    ).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, counted: bool) -> None:
        seen = 0
        try:
            while piece := source.recv(_PIECE):
                seen += len(piece)
                if counted and self.cut_after is not None and seen > self.cut_after:
                    self.cuts += 1
                    break
                sink.sendall(piece)
                if counted and self.bytes_s is not None:
                    time.sleep(len(piece) / self.bytes_s)
        except OSError:
            pass
        self._end(source, sink)

    def _end(self, *ends: socket.socket) -> None:
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
            self._open.discard(end)

    def lose(self) -> None:
        """Break what is open, and let nobody through until `mend`."""
        self.refusing = True
        self._end(*list(self._open))

    def mend(self) -> None:
        self.refusing = False

    def close(self) -> None:
        self._listening.close()
        self.lose()


@contextmanager
def cutting(
    port: int, cut_after: int | None = None, bytes_s: float | None = None
) -> Iterator[CuttingProxy]:
    proxy = CuttingProxy(port, cut_after, bytes_s)
    try:
        yield proxy
    finally:
        proxy.close()
