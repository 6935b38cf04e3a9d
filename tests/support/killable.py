"""The API in a process that can be killed, started again, and watched meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from app.local.token import read_or_make
from tests.support.large import MIB
from tests.support.tus import Tus

CHECKOUT = Path(__file__).resolve().parents[2]
PIECE = 256 * 1024
_UVICORN = (sys.executable, "-m", "uvicorn", "--factory", "app.main:create_app")


@dataclass
class Api:
    """The product's API in a process of its own, which can be killed and started again."""

    home: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {read_or_make(self.home / 'token')}"}

    def start(self) -> None:
        self.process = subprocess.Popen(
            [*_UVICORN, "--port", str(self.port), "--no-access-log"],
            cwd=CHECKOUT,
            env={**os.environ, "LECTERN_HOME": str(self.home)},
        )
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                if httpx.get(f"{self.url}/healthz", timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError("the API did not start")

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def client(self, port: int | None = None) -> httpx.Client:
        url = f"http://127.0.0.1:{port or self.port}"
        return httpx.Client(base_url=url, headers=self.headers, timeout=300, trust_env=False)


def pieces(path: Path, start: int, end: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while start < end and (piece := file.read(min(PIECE, end - start))):
            start += len(piece)
            yield piece


def send_rest(tus: Tus, address: str, path: Path, part: int = 16 * MIB) -> httpx.Response:
    size, offset = path.stat().st_size, tus.offset(address)
    while True:
        end = min(size, offset + part)
        length = {"Content_Length": str(end - offset)}
        answer = tus.send(address, offset, pieces(path, offset, end), **length)
        assert answer.status_code == 204, answer.text
        offset = end
        if offset == size:
            return answer


@dataclass
class Watch:
    """What a process and its answers were like meanwhile."""

    before: int
    peak: int = 0
    slowest_s: float = 0.0
    waits: list[float] = field(default_factory=list)

    @property
    def grown_mb(self) -> float:
        return (self.peak - self.before) / 1e6


@contextmanager
def watched(api: Api) -> Iterator[Watch]:
    """Sample the API's memory, and ask it whether it is alive, all the time."""
    process, end = psutil.Process(api.pid), threading.Event()
    seen = Watch(before=process.memory_info().rss)

    def sample() -> None:
        with api.client() as client:
            while not end.is_set():
                begun = time.monotonic()
                assert client.get("/healthz").status_code == 200
                seen.waits.append(time.monotonic() - begun)
                seen.peak = max(seen.peak, process.memory_info().rss)
                end.wait(0.02)

    with ThreadPoolExecutor(1) as pool:
        sampling = pool.submit(sample)
        try:
            yield seen
        finally:
            end.set()
            sampling.result()
            seen.slowest_s = max(seen.waits)


def multipart(path: Path) -> tuple[dict[str, str], Iterator[bytes]]:
    edge = "x" * 20
    kind = {"Content-Type": f"multipart/form-data; boundary={edge}"}
    told = 'Content-Disposition: form-data; name="file"; filename="a.wav"'

    def body() -> Iterator[bytes]:
        yield f"--{edge}\r\n{told}\r\n\r\n".encode()
        yield from pieces(path, 0, path.stat().st_size)
        yield f"\r\n--{edge}--\r\n".encode()

    return kind, body()


def wait_for(condition: Callable[[], bool], patience_s: float = 30) -> None:
    until = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)
