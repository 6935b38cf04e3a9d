"""A command with all it starts, held by this process: read, paused, ended with it."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from app.settings import REPOSITORY
from worker.training.guardian import kill

_END = None


class Group:
    """Runs a command through `worker.training.guardian`; leaving the context kills what still runs.

    Raises OSError when it cannot be started.
    """

    def __init__(self, command: list[str], home: Path) -> None:
        self.paused = False
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._over = False
        self._process = subprocess.Popen(
            [sys.executable, "-m", "worker.training.guardian", *command],
            cwd=REPOSITORY,
            env={**os.environ, "LECTERN_HOME": str(home.absolute())},
            stdin=subprocess.PIPE,  # its end is how the guardian learns of ours
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        first = self._process.stdout.readline()
        if not first.strip().isdigit():
            self._process.kill()
            raise OSError(None, f"{command[0]} could not be started")
        self._group = int(first)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Group:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        kill(self._group)
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()
        self._process.wait()
        self._reader.join()

    @property
    def runs(self) -> bool:
        return not self._over

    @property
    def code(self) -> int | None:
        """The command's, once it has ended."""
        return self._process.poll()

    def lines(self, patience_s: float) -> Iterator[str]:
        """What it has said; waits for the first line no longer than `patience_s`."""
        while True:
            try:
                line = self._lines.get(timeout=patience_s) if patience_s else self._lines.get(False)
            except queue.Empty:
                return
            if line is _END:
                self._over = True
                return
            yield line
            patience_s = 0.0

    def pause(self) -> None:
        """Stop all of its processes where they are."""
        # Ch 12 · Scaling the System: training takes cores that nobody else wants, and gives them back
        self._send(signal.SIGSTOP)
        self.paused = True

    def go_on(self) -> None:
        self._send(signal.SIGCONT)
        self.paused = False

    def _send(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._group, number)

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as said:
            for line in said:
                self._lines.put(line)
        self._lines.put(_END)
