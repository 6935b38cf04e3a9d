"""The API behind a real socket, in a process of its own whose memory can be looked at."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from app.context import Context
from deploy.local.programs import API_ENVIRONMENT

CHECKOUT = Path(__file__).resolve().parents[2]
_SERVE = """
import socket, sys
import uvicorn
from dataclasses import replace
from pathlib import Path
from app.context import open_context
from app.main import create_app
from app.media.client import DecoderClient
from app.settings import Settings
settings = Settings(home=Path(sys.argv[1]))
context = replace(open_context(settings), decoder=DecoderClient(sys.argv[2]))
listening = socket.socket(fileno=int(sys.argv[3]))
config = uvicorn.Config(create_app(settings, context), log_level="warning")
uvicorn.Server(config).run([listening])
"""


@dataclass(slots=True)
class Served:
    """Where it listens, how to authenticate, and which process it is."""

    port: int
    pid: int
    headers: dict[str, str]
    temporary: Path
    """The process's folder for temporary files."""

    @property
    def client(self) -> httpx.Client:
        address = f"http://127.0.0.1:{self.port}"
        return httpx.Client(base_url=address, headers=self.headers, timeout=60)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)


@contextmanager
def served(context: Context, headers: dict[str, str], temporary: Path) -> Iterator[Served]:
    """Serve the home of `context` with its decoder until the block ends."""
    temporary.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        arguments = [str(context.settings.home), str(context.decoder.socket_path)]
        process = subprocess.Popen(
            [sys.executable, "-c", _SERVE, *arguments, str(listening.fileno())],
            cwd=CHECKOUT,
            pass_fds=[listening.fileno()],
            env={
                **os.environ,
                **API_ENVIRONMENT,
                "TMPDIR": str(temporary),
                "LECTERN_DATABASE_URL": context.settings.database_url,
            },
        )
    try:
        _until_alive(f"http://127.0.0.1:{port}/healthz", process)
        yield Served(port, process.pid, headers, temporary)
    finally:
        process.terminate()
        process.wait(10)


def _until_alive(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(address, timeout=30).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("the API did not start")
