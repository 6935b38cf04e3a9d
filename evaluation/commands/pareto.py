"""`python -m evaluation pareto`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from evaluation.pareto import Choice, Limits, Point, choose, point
from evaluation.report import terminal
from evaluation.report.figures import summary
from evaluation.report.finding import load_named
from evaluation.report.words import share
from evaluation.runs.format import CLEAN, BadRun


def command(
    runs: Annotated[list[str] | None, typer.Argument(help="Runs; default: all there are.")] = None,
    corpus: Annotated[str | None, typer.Option(help="Runs of this corpus only.")] = None,
    max_wer: Annotated[
        float | None, typer.Option(min=0, help="Words wrong at most, as a fraction: 0.12.")
    ] = None,
    min_rtfx: Annotated[
        float | None, typer.Option(min=0, help="Audio seconds a second, at least.")
    ] = None,
    max_memory_mb: Annotated[float | None, typer.Option(min=0, help="Memory at most.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """The cheapest configuration that meets the limits, and what each other lacks.

    Cost is processor seconds for an hour of audio, then memory. Exit codes: 0 found, 1 none meets
    the limits, 2 the runs cannot be used.
    """
    try:
        given = load_named(runs or [])
    except BadRun as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    if not runs:
        given = [run for run in given if run.condition == CLEAN]
    if corpus is not None:
        given = [run for run in given if run.corpus == corpus]
    corpora = sorted({run.corpus for run in given})
    if len(corpora) != 1:
        names = ", ".join(corpora) or "none"
        typer.echo(f"Runs of one corpus can be weighed; name it with --corpus: {names}.", err=True)
        raise typer.Exit(2)
    choice = choose(
        [point(run, summary(run, by=())) for run in given], Limits(max_wer, min_rtfx, max_memory_mb)
    )
    if as_json:
        typer.echo(json.dumps(asdict(choice), ensure_ascii=False, indent=1))
    else:
        _print(choice)
    raise typer.Exit(0 if choice.chosen else 1)


def _print(choice: Choice) -> None:
    console = terminal.console()
    table = Table(box=None)
    table.add_column("")
    table.add_column("run", overflow="fold", min_width=24)
    for name in ("words wrong", "real time ×", "processor s / h of audio", "memory MB"):
        table.add_column(name, justify="right")
    table.add_column("out because")
    for each in choice.points:
        mark = "*" if each.name in choice.front else ""
        why = "; ".join(choice.rejected.get(each.name, ()))
        table.add_row(mark, terminal.plain(each.name), *_row(each), why)
    console.print(table)
    if any(each.cost_is == "wall time" for each in choice.points):
        console.print("Cost is wall time where a run did not measure processor time.", style="dim")
    console.print("* on the front: nothing else is as good in words, cost and memory.", style="dim")
    if choice.chosen:
        console.print("Cheapest that meets the limits: ", terminal.plain(choice.chosen.name))
    else:
        console.print("None meets the limits.", style="bold red")


def _row(each: Point) -> tuple[str, str, str, str]:
    return (
        share(each.wer),
        "–" if each.rtfx is None else f"{each.rtfx:.1f}",
        "–" if each.cpu_s_per_hour is None else f"{each.cpu_s_per_hour:,.0f}",
        "–" if each.memory_mb is None else f"{each.memory_mb:,.0f}",
    )
