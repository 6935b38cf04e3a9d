"""Work that a process of the backend's or the worker's code does for a command.

It tells how far it is in lines of JSON; the last one says how it ended.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ui.cli.exits import Exit, Stop
from ui.cli.progress import Bars, messages
from ui.settings import REPOSITORY, Settings

SHOWN_AFTER_S = 2.0


def run(
    module: str, arguments: Sequence[str], label: str, stage: Callable[[dict[str, Any]], str]
) -> dict[str, Any]:
    """The last line of `python -m module`: its event is `done` or `refused`.

    `stage` names the stage that a line of progress tells of. Raises `Stop` when it ends otherwise.
    """
    environment = {**os.environ, "LECTERN_HOME": str(Settings().home.expanduser().absolute())}
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=REPOSITORY,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C reaches it through us, once
    )
    told: dict[str, Any] = {}
    with _ended_with_us(process), Bars(messages()) as bars:
        assert process.stdout is not None
        bar, began = bars.add(label), time.monotonic()
        for line in process.stdout:
            told = json.loads(line)
            if told["event"] == "progress" and time.monotonic() - began > SHOWN_AFTER_S:
                share = told["done"] / told["total"] if told["total"] else 0.0
                says = stage(told)
                bar.working(share, f"{says} {share:.0%}" if told["total"] else says)
        bar.end()
        errors = process.stderr.read() if process.stderr else ""
        process.wait()
    if told.get("event") in ("done", "refused"):
        return told
    last = errors.strip().splitlines()[-1:] or [f"exit code {process.returncode}"]
    raise Stop(f"It failed and nothing was changed: {last[0]}", Exit.UNUSABLE, "failed")


@contextmanager
def _ended_with_us(process: subprocess.Popen[str]) -> Iterator[None]:
    """Wait for it in any case: when it is interrupted it cleans up first."""
    try:
        yield
    except BaseException:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait()
        raise
    finally:
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
