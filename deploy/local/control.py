"""What supervisord knows about the processes, over its private socket."""

from __future__ import annotations

import http.client
import socket
import xmlrpc.client
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local.conf import control_socket

ANSWER_S = 5.0


@dataclass(frozen=True, slots=True)
class Process:
    """`pid` is 0 while it does not run; `state` is supervisord's word, e.g. BACKOFF."""

    name: str
    pid: int
    state: str

    @property
    def runs(self) -> bool:
        return self.state == "RUNNING"


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=ANSWER_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(ANSWER_S)
        self.sock.connect(str(self._path))


class _Transport(xmlrpc.client.Transport):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        connection = _Connection(self._path)
        self._connection = (host, connection)  # for close()
        return connection


def processes(run_dir: Path) -> list[Process]:
    """All processes; an empty list while supervisord does not answer."""
    transport = _Transport(control_socket(run_dir))
    try:
        with xmlrpc.client.ServerProxy("http://localhost", transport) as server:
            told: Any = server.supervisor.getAllProcessInfo()
    except (OSError, http.client.HTTPException, xmlrpc.client.Error):
        return []
    return [Process(each["name"], each["pid"], each["statename"]) for each in told]
