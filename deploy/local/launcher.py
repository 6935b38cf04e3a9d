"""Start the product, watch over it, stop all of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

from app.settings import REPOSITORY, Settings
from deploy.local.conf import supervisor_conf
from deploy.local.control import processes
from deploy.local.place import announce, supervisor_lock
from deploy.local.programs import Program
from deploy.local.readiness import Deaths, last_lines, missing

STOP_S = 8.0
GIVE_UP_S = 300.0
POLL_S = 0.2
WATCH_S = 1.0
KEEPS_DYING = 3


class Broken(Exception):
    """The product did not become ready, or cannot be kept alive."""


def say(text: str = "") -> None:
    """A line for the person at the terminal, which may have been closed."""
    with suppress(OSError):
        print(text, flush=True)


@dataclass(slots=True)
class Launcher:
    """A product. `settings` has the addresses it will use."""

    settings: Settings
    programs: list[Program]
    with_page: bool
    stopping: threading.Event = field(default_factory=threading.Event)
    _supervisor: subprocess.Popen[bytes] | None = None
    _deaths: Deaths = field(default_factory=Deaths)
    _supervisor_deaths: list[float] = field(default_factory=list)

    @property
    def api(self) -> str:
        return f"http://{_host(self.settings)}:{self.settings.port}"

    @property
    def page(self) -> str | None:
        return f"http://{_host(self.settings)}:{self.settings.ui_port}" if self.with_page else None

    def start(self) -> None:
        """Write the configuration and start supervisord, which starts the rest."""
        run_dir, logs = self.settings.run_dir, self.settings.home / "logs"
        conf = run_dir / "supervisor.conf"
        conf.write_text(supervisor_conf(self.programs, run_dir, logs))
        announce(self.settings, self.api, self.page)
        arguments = [str(conf), str(supervisor_lock(self.settings)), str(os.getpid())]
        with (run_dir / "supervisor.err").open("wb") as errors:
            self._supervisor = subprocess.Popen(
                [sys.executable, "-m", "deploy.local.supervise", *arguments],
                cwd=REPOSITORY,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                # A session of its own: the terminal's Ctrl-C reaches the launcher alone
                start_new_session=True,
            )

    def wait_until_ready(self) -> bool:
        """False when told to stop first. Raises `Broken`."""
        started, told = time.monotonic(), ""
        while not self.stopping.is_set():
            self._look_after_supervisor()
            self._report_deaths()
            waits = missing(self.api, self.page)
            if not waits:
                return True
            passed = time.monotonic() - started
            if passed > GIVE_UP_S:
                raise Broken(f"Not ready after {GIVE_UP_S:.0f} s: {', '.join(waits)}.")
            text = f"waiting for {', '.join(waits)}"
            if text != told:
                say(f"  {passed:4.0f} s  {text}")
                told = text
            self.stopping.wait(POLL_S)
        return False

    def watch(self) -> None:
        """Until told to stop: say what died, and restart supervisord itself. Raises `Broken`."""
        while not self.stopping.wait(WATCH_S):
            self._look_after_supervisor()
            self._report_deaths()

    def stop(self) -> None:
        """End every process, those of the processes included."""
        supervisor = self._supervisor
        if supervisor is None:
            return
        self._deaths.note(processes(self.settings.run_dir))
        if supervisor.poll() is None:
            supervisor.terminate()
        try:
            supervisor.wait(STOP_S)
        except subprocess.TimeoutExpired:
            supervisor.kill()
            supervisor.wait()
            self._kill_groups()
        if supervisor.returncode < 0:
            self._kill_groups()

    def _environment(self) -> dict[str, str]:
        chosen = {
            "LECTERN_HOME": str(self.settings.home),
            "LECTERN_PORT": str(self.settings.port),
            "LECTERN_UI_PORT": str(self.settings.ui_port),
            "LECTERN_API_URL": self.api,
            "PYTHONUNBUFFERED": "1",
        }
        return {**os.environ, **chosen}

    def _report_deaths(self) -> None:
        for name in self._deaths.note(processes(self.settings.run_dir)):
            count = self._deaths.of(name)
            does = next((each.does for each in self.programs if each.name == name), "")
            say(f"  The process `{name}` ({does}) ended and is being started again.")
            if count == KEEPS_DYING or count % 20 == 0:
                log = self.settings.home / "logs" / f"{name}.log"
                say(f"  That was the {count}th time. The end of {log}:\n{last_lines(log)}")

    def _look_after_supervisor(self) -> None:
        # Ch 13 · Planning for Operations: who starts the dead again is started again as well
        supervisor = self._supervisor
        if supervisor is None or supervisor.poll() is None or self.stopping.is_set():
            return
        now = time.monotonic()
        self._supervisor_deaths = [t for t in self._supervisor_deaths if now - t < 60.0] + [now]
        self._kill_groups()
        self._deaths.forget_pids()
        if len(self._supervisor_deaths) >= KEEPS_DYING:
            errors = last_lines(self.settings.run_dir / "supervisor.err")
            raise Broken(f"The supervisor of the processes keeps ending:\n{errors}")
        say("  The supervisor of the processes ended; it and they are being started again.")
        self._start_again()

    def _start_again(self) -> None:
        """As often as it takes: a disk that is full now will have room again."""
        while not self.stopping.is_set():
            try:
                return self.start()
            except OSError as error:
                say(f"  They cannot be started yet ({error.strerror}); trying again.")
                self.stopping.wait(WATCH_S)

    def _kill_groups(self) -> None:
        """Each process leads a group of its own, in which its children are."""
        for pid in self._deaths.pids:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)


def _host(settings: Settings) -> str:
    return f"[{settings.host}]" if ":" in settings.host else settings.host
