"""A running product as its measurements see it: an address, a token, a folder and a process.

Whoever measures starts it as a person would, with a command, and imports nothing of the launcher.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from app.settings import REPOSITORY, Settings

READY_S: Final = 120.0
STOP_S: Final = 20.0


class NotStarted(Exception):
    """The product did not get ready; the text is what it printed."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is measured."""

    home: Path
    api: str
    token: str
    supervisor_pid: int

    def client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.Client(base_url=self.api, headers=headers, timeout=120, trust_env=False)

    def asked(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of its database, which is SQLite here."""
        path = self.home / "lectern.db"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as database:
            return list(database.execute(query, values))


@contextmanager
def started(home: Path, environment: Mapping[str, str]) -> Iterator[Subject]:
    """A product without its page in a new folder. Raises `NotStarted`."""
    home.mkdir(parents=True)
    log = home / "launcher.out"
    with log.open("wb") as output:
        launcher = subprocess.Popen(
            [sys.executable, "-m", "deploy.local", "--no-ui", "--stop-with-parent"],
            cwd=REPOSITORY,
            env={**os.environ, **environment, "LECTERN_HOME": str(home)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield _when_ready(home, launcher, log)
    finally:
        launcher.send_signal(signal.SIGTERM)
        try:
            launcher.wait(STOP_S)
        except subprocess.TimeoutExpired:
            launcher.kill()
            launcher.wait()


def _when_ready(home: Path, launcher: subprocess.Popen[bytes], log: Path) -> Subject:
    end = time.monotonic() + READY_S
    while time.monotonic() < end and launcher.poll() is None:
        try:
            api = json.loads((home / "run" / "product.json").read_text())["api"]
            if httpx.get(f"{api}/readyz", trust_env=False, timeout=5).is_success:
                run_dir = Settings(home=home).run_dir
                pid = int((run_dir / "supervisor.pid").read_text())
                return Subject(home, api, (home / "token").read_text().strip(), pid)
        except (OSError, ValueError, httpx.HTTPError):
            pass
        time.sleep(0.1)
    raise NotStarted(log.read_text(errors="replace"))
