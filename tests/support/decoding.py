"""What tests of the decoder share: a good file, decoding to the end, a server of one's own."""

from __future__ import annotations

import io
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from app.media.client import DecoderClient, Summary
from tests.support import media
from worker.decoder.server import READY

GOOD = media.speech_like_wav(2)
AS_NOBODY = """
import os, resource, signal
from pathlib import Path
from worker.decoder.server import Server, warm_up
warm_up()  # imports what is imported late: Python's own files may be root's alone
if os.geteuid() == 0:
    os.chown(".", 65534, 65534)
    os.setgid(65534)
    os.setuid(65534)
limit = resource.getrlimit(resource.RLIMIT_NPROC)
signal.signal(signal.SIGUSR1, lambda *_: resource.setrlimit(resource.RLIMIT_NPROC, (0, limit[1])))
signal.signal(signal.SIGUSR2, lambda *_: resource.setrlimit(resource.RLIMIT_NPROC, limit))
Server(Path(sys.argv[2]), 3, 2).run()
"""
"""Starts a server without root's rights, which after SIGUSR1 may not fork, after SIGUSR2 may."""
CHECKOUT = Path(__file__).resolve().parents[2]


def total(client: DecoderClient, data: bytes, max_s: float = 600) -> Summary:
    with client.decode(io.BytesIO(data), max_s) as decoding:
        for _ in decoding:
            pass
        return decoding.summary


def wait_until(condition: Callable[[], bool], patience_s: float = 10) -> None:
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@dataclass(slots=True)
class Running:
    """A server whose process can be looked at and hurt."""

    process: subprocess.Popen[bytes]
    client: DecoderClient

    @property
    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children()

    def processor_s(self) -> float:
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)


@contextmanager
def running(
    folder: Path,
    *options: str,
    timeout_s: float = 20,
    script: str = "from worker.decoder.__main__ import main; main()",
) -> Iterator[Running]:
    """A server that works in `folder`, as `python -m worker.decoder` or by another script."""
    path = folder / "d.sock"
    found = f"import sys; sys.path.insert(0, {str(CHECKOUT)!r})"
    command = [sys.executable, "-c", f"{found}\n{script}"]
    with subprocess.Popen(
        [*command, "--socket", path.name, *options], cwd=folder, stdout=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().decode().strip() == READY
            yield Running(process, DecoderClient(path, timeout_s))
        finally:
            process.kill()
