"""`lectern backup` and `lectern restore`: the work is done by a process of the backend's code."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from ui.cli.exits import Exit, Stop
from ui.cli.progress import Bar, Bars, messages
from ui.settings import REPOSITORY, Settings

SHOWN_AFTER_S = 2.0
_STAGES = {
    "checking": "checking the file",
    "rows": "transcripts",
    "migrating": "bringing them up to date",
    "objects": "recordings",
}
_USAGE = frozenset({"exists", "not_found"})


def back_up(file: Path | None, *, force: bool, as_json: bool) -> Exit:
    """Raises `Stop`: no backup was made, with the reason."""
    target = file or Path(f"lectern-{datetime.now().astimezone():%Y%m%d-%H%M%S}.tar")
    told = _run("create", target, force)
    if as_json:
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
        return Exit.FINE
    sys.stdout.write(
        f"{target}: {told['transcriptions']} transcripts, {told['recordings']} recordings,"
        f" {told['size_bytes'] / 1e6:.1f} MB\n"
    )
    _note_missing(told, "while the backup was made, objects vanished: jobs ended or were deleted")
    return Exit.FINE


def restore(file: Path, *, force: bool, as_json: bool) -> Exit:
    """Raises `Stop`: nothing was restored and nothing changed, with the reason."""
    told = _run("restore", file, force)
    if as_json:
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
        return Exit.FINE
    sys.stdout.write(
        f"Restored {told['transcriptions']} transcripts and {told['recordings']} recordings of"
        f" {told['made_at'][:10]}. Start Lectern with `make run`; what was being transcribed"
        " goes on.\n"
    )
    if told["replaced"]:
        sys.stdout.write(f"The database that was there is now {told['replaced']}.\n")
    _note_missing(told, "the backup lacks objects that were deleted while it was made")
    return Exit.FINE


def _note_missing(told: dict[str, Any], why: str) -> None:
    if told["missing"]:
        messages().print(f"Note: {why} ({told['missing']}).")


def _run(what: str, file: Path, force: bool) -> dict[str, Any]:
    """What the process tells in the end."""
    command = [sys.executable, "-m", "app.backup", what, str(file.expanduser().absolute())]
    environment = {**os.environ, "LECTERN_HOME": str(Settings().home.expanduser().absolute())}
    process = subprocess.Popen(
        [*command, *(["--force"] if force else [])],
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
        bar, began = bars.add(file.name), time.monotonic()
        for line in process.stdout:
            told = json.loads(line)
            if told["event"] == "progress" and time.monotonic() - began > SHOWN_AFTER_S:
                _show(bar, told)
        bar.end()
        errors = process.stderr.read() if process.stderr else ""
        process.wait()
    event = told.pop("event", None)
    if event == "done":
        return told
    if event == "refused":
        code = Exit.USAGE if told["code"] in _USAGE else Exit.UNUSABLE
        raise Stop(told["message"], code, told["code"])
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


def _show(bar: Bar, told: dict[str, Any]) -> None:
    stage = _STAGES.get(told["stage"], told["stage"])
    share = told["done"] / told["total"] if told["total"] else 0.0
    bar.working(share, f"{stage} {share:.0%}" if told["total"] else stage)
