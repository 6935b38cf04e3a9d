"""`python -m evaluation score`: the figures of runs again, from what is in their files."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer
from rich.console import Console

from evaluation.commands.figures import show
from evaluation.metrics.texts import recorded
from evaluation.report.finding import find, names
from evaluation.runs.assemble import counted
from evaluation.runs.format import BadRun, load, save
from evaluation.scoring import parse_by, scored
from evaluation.statistics.table import UnknownField


def command(
    runs: Annotated[
        list[str] | None, typer.Argument(help="Files or names of runs. Default: all there are.")
    ] = None,
    by: Annotated[
        list[str] | None, typer.Option(help="Group by a field; `gender,age_group` crosses two.")
    ] = None,
) -> None:
    """Count and score runs again: nothing is heard, no audio is needed.

    For other groups, and after a change of a text form or a figure. Exit codes: 0 done, 2 a run or
    a group is not there.
    """
    console = Console()
    try:
        for name in runs or list(names()):
            path = find(name)
            run = load(path)
            failed = frozenset(each.id for each in run.failed)
            run = replace(
                run,
                utterances=tuple(counted(run.utterances, failed)),
                versions={**run.versions, **recorded()},
            )
            run = scored(run, parse_by(by) if by else None)
            save(run, path)
            show(console, run)
    except (BadRun, UnknownField) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
