"""Output of the commands: tables, progress and errors for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from data.acquisition.errors import AcquisitionError
from data.acquisition.manifest import BadManifest
from data.acquisition.sources.common import Report

errors = Console(stderr=True, highlight=False, soft_wrap=True)
output = Console(highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=1, ensure_ascii=False, default=str))


@contextmanager
def human_errors() -> Iterator[None]:
    """A user's mistake is a sentence and an exit code, not a traceback."""
    try:
        yield
    except AcquisitionError as error:
        errors.print(str(error), markup=False, style="red" if errors.is_terminal else "")
        raise typer.Exit(error.exit_code) from error
    except BadManifest as error:
        errors.print(str(error), markup=False)
        raise typer.Exit(7) from error
    except KeyboardInterrupt as error:
        errors.print("Stopped. What has arrived is kept; the same command goes on from there.")
        raise typer.Exit(130) from error


@contextmanager
def progress() -> Iterator[Report]:
    """A bar on a terminal; elsewhere a line for each stage."""
    if not errors.is_terminal:
        yield _lines()
        return
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[how_far]}"),
        TimeRemainingColumn(),
        console=errors,
        transient=True,
    ) as bars:
        yield _bar(bars)


def _bar(bars: Progress) -> Report:
    tasks: dict[str, TaskID] = {}

    def report(what: str, done: int, total: int | None) -> None:
        if what not in tasks:
            for old in tasks.values():
                bars.update(old, visible=False)
            tasks[what] = bars.add_task(what, total=total, how_far="")
        bars.update(tasks[what], completed=done, total=total, how_far=_how_far(what, done, total))

    return report


def _how_far(what: str, done: int, total: int | None) -> str:
    if what.startswith(("downloading", "reading")) and (total or 0) > 100_000:
        return f"{done / 1e6:.1f} of {(total or 0) / 1e6:.1f} MB"
    return f"{done} of {total}" if total else str(done)


def _lines() -> Report:
    said: set[str] = set()

    def report(what: str, done: int, total: int | None) -> None:
        if what not in said:
            said.add(what)
            errors.print(f"{what} …", markup=False)

    return report
