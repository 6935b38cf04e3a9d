"""Bars and messages, all on standard error: standard output is for the transcript alone."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
)
from rich.text import Text

NAME_WIDTH = 28


def messages() -> Console:
    """Wrapped by the terminal and free of markup: file names may hold brackets."""
    return Console(stderr=True, highlight=False, soft_wrap=True, markup=False)


class Bar:
    """The progress of one file."""

    def __init__(self, progress: Progress, name: str) -> None:
        self._progress = progress
        if len(name) > NAME_WIDTH:
            name = name[: NAME_WIDTH // 2 - 1] + "…" + name[-NAME_WIDTH // 2 :]
        self._task: TaskID = progress.add_task(name, total=None, visible=False, told="", ends=None)

    def sending(self, share: float) -> None:
        self._show(share, 1.0, f"sending {share:.0%}")

    def pausing(self, share: float) -> None:
        self._show(share, 1.0, f"sent {share:.0%}, connection lost, trying again")

    def waiting(self, position: int | None, eta_s: float | None) -> None:
        told = f"number {position} in the queue" if position else "waiting"
        self._show(0.0, None, told, eta_s)

    def heard(self, done_s: float, duration_s: float | None, eta_s: float | None) -> None:
        """`done_s` seconds of audio out of `duration_s` are transcribed."""
        told = f"{done_s / 60:.1f} min"
        if duration_s:
            told = f"{done_s / 60:.1f} of {duration_s / 60:.1f} min"
        self._show(done_s, duration_s, told, eta_s)

    def working(self, share: float, told: str) -> None:
        """`share` of the work is done."""
        self._show(share, 1.0, told)

    def says(self, told: str) -> None:
        self._show(0.0, None, told)

    def end(self) -> None:
        self._progress.update(self._task, visible=False)

    def _show(
        self, done: float, total: float | None, told: str, eta_s: float | None = None
    ) -> None:
        ends = None if eta_s is None else time.monotonic() + eta_s
        self._progress.update(
            self._task, completed=done, total=total, told=told, ends=ends, visible=True
        )


class _Finish(ProgressColumn):
    """Counts down between two reports, which may be many seconds apart."""

    def render(self, task: Task) -> Text:
        ends: float | None = task.fields["ends"]
        return Text("" if ends is None else finish(ends - time.monotonic()))


class Bars:
    """Bars that vanish when the work is done; none where standard error is no terminal."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[told]}", markup=False),
            _Finish(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )

    def add(self, name: str) -> Bar:
        return Bar(self._progress, name)

    def say(self, message: str) -> None:
        """A line above the bars."""
        self._progress.console.print(Text(message))

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()


def finish(eta_s: float | None) -> str:
    """When it will be ready, the way people say it."""
    if eta_s is None:
        return ""
    if eta_s < 1:
        return "ready any moment"
    if eta_s < 90:
        return f"ready in {eta_s:.0f} s"
    at = datetime.now().astimezone() + timedelta(seconds=eta_s)
    return f"ready at {at:%H:%M}"


def length(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds / 60:.1f} min"
