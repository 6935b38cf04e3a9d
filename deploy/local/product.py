"""A whole running product for tests and benchmarks, in a folder and on ports of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from app.settings import REPOSITORY, Settings
from deploy.local.control import processes
from deploy.local.ports import free_port
from deploy.local.readiness import last_lines, missing

READY_S = 120.0
STOP_S = 15.0
_HOST = "127.0.0.1"


class NotReady(Exception):
    """The product did not start; the text has what it printed."""


@dataclass(frozen=True, slots=True)
class Product:
    """A product that was ready when it was handed out."""

    home: Path
    api: str
    page: str | None
    launcher: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """The page's address."""
        if self.page is None:
            raise ValueError("this product was started without its page")
        return self.page

    @property
    def token(self) -> str:
        return (self.home / "token").read_text().strip()

    @property
    def output(self) -> str:
        """What the launcher has printed so far."""
        return _output(self.home).read_text(errors="replace")

    @property
    def run_dir(self) -> Path:
        return Settings(home=self.home).run_dir

    def pids(self) -> dict[str, int]:
        """Process numbers by name, those that do not run left out."""
        found = {each.name: each.pid for each in processes(self.run_dir) if each.pid}
        found["launcher"] = self.launcher.pid
        with suppress(OSError, ValueError):
            found["supervisor"] = int((self.run_dir / "supervisor.pid").read_text())
        return found

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal to a process; returns the number it had."""
        pid = self.pids()[name]
        os.kill(pid, number)
        return pid

    def log(self, name: str, lines: int = 40) -> str:
        """The end of a process's log."""
        return last_lines(self.home / "logs" / f"{name}.log", lines)

    def wait_until_ready(self, patience_s: float = READY_S) -> None:
        """Raises `NotReady`."""
        until = time.monotonic() + patience_s
        while waits := missing(self.api, self.page):
            code = self.launcher.poll()
            if code is not None or time.monotonic() > until:
                end = f"it ended with {code}" if code is not None else f"waits for {waits}"
                raise NotReady(f"{end}; the launcher printed:\n{self.output}")
            time.sleep(0.1)

    def stop(self) -> int:
        """Ask the launcher to stop everything; returns its exit code."""
        if self.launcher.poll() is None:
            self.launcher.terminate()
        try:
            return self.launcher.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.launcher.kill()
            return self.launcher.wait()


@contextmanager
def running_product(
    home: Path,
    ui: bool = False,
    env: Mapping[str, str] | None = None,
    patience_s: float = READY_S,
) -> Iterator[Product]:
    """Start a product that keeps its data in `home`, yield it when ready, stop it.

    `env` is added to this process's environment. Raises `NotReady`.
    """
    product = start_product(home, ui, env)
    try:
        product.wait_until_ready(patience_s)
        yield product
    finally:
        product.stop()


def start_product(home: Path, ui: bool = False, env: Mapping[str, str] | None = None) -> Product:
    """The same without waiting for it; the caller stops it."""
    home = home.absolute()
    home.mkdir(parents=True, exist_ok=True)
    port = free_port(_HOST, 0)
    ports = {"LECTERN_PORT": str(port), "LECTERN_UI_PORT": str(free_port(_HOST, 0, {port}))}
    inherited = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
    chosen = {**inherited, **ports, **(env or {}), "LECTERN_HOME": str(home)}
    with _output(home).open("wb") as output:
        launcher = subprocess.Popen(
            [sys.executable, "-m", "deploy.local", "--stop-with-parent"]
            + ([] if ui else ["--no-ui"]),
            cwd=REPOSITORY,
            env=chosen,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    page = f"http://{_HOST}:{chosen['LECTERN_UI_PORT']}" if ui else None
    return Product(home, f"http://{_HOST}:{chosen['LECTERN_PORT']}", page, launcher)


# Another product's address, and Python's settings for the tests themselves
_NOT_INHERITED = frozenset({"LECTERN_API_URL", "LECTERN_HOST", "PYTHONWARNINGS"})


def _output(home: Path) -> Path:
    return home / "launcher.out"
