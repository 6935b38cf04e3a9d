"""`python -m evaluation report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from evaluation.report import terminal
from evaluation.report.figures import require_utterances, summary
from evaluation.report.finding import load_named
from evaluation.report.page import Options, build
from evaluation.runs.format import CLEAN, BadRun


def command(
    runs: Annotated[list[str] | None, typer.Argument(help="Runs; default: all there are.")] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="The page.")] = Path("quality.html"),
    title: Annotated[str, typer.Option(help="Its title.")] = Options().title,
    worst: Annotated[int, typer.Option(min=0, help="Utterances listed of each run.")] = 25,
    audio_mb: Annotated[
        float,
        typer.Option(
            min=0, help="Put recordings of the listed utterances into the page, up to this size."
        ),
    ] = 0.0,
) -> None:
    """One page of HTML that anybody can open, without a network.

    Exit codes: 0 written, 2 the runs cannot be used.
    """
    console = terminal.console()
    try:
        given = load_named(runs or [])
        if not given:
            raise BadRun("There are no runs yet. `python -m evaluation run` makes one.")
        shown = (
            {CLEAN}
            if any(run.condition == CLEAN for run in given)
            else {run.condition for run in given}
        )
        scored = [
            # The page shows groups of clean audio only
            (run, summary(require_utterances(run), None if run.condition in shown else ()))
            for run in track(given, "Scoring", console=console, transient=True)
        ]
    except BadRun as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    page = build(scored, Options(title=title, listed=worst, audio_mb=audio_mb))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page)
    typer.echo(f"{out}: {len(given)} runs, {len(page.encode()) / 1_000_000:.1f} MB")
