"""`python -m evaluation gate`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from evaluation.gates.judging import Status, Verdict, exit_code, judge
from evaluation.gates.markdown import markdown
from evaluation.gates.thresholds import REVIEWED, BadThresholds, load
from evaluation.report import terminal
from evaluation.report.finding import COMMITTED, load_folder, load_named, names
from evaluation.runs.format import BadRun, Run
from evaluation.runs.format import load as load_run

_COLOUR = {
    Status.MET: "green",
    Status.BROKEN: "bold red",
    Status.MISSING: "bold yellow",
    Status.EXCUSED: "dim",
    Status.NOT_ASKED: "dim",
}


def command(
    runs: Annotated[
        list[str] | None,
        typer.Argument(help="Runs, by file or name. Default: all committed ones."),
    ] = None,
    thresholds: Annotated[Path, typer.Option(help="The reviewed thresholds.")] = REVIEWED,
    against: Annotated[
        list[str] | None, typer.Option(help="A baseline for the relative thresholds.")
    ] = None,
    summary: Annotated[
        Path | None, typer.Option(help="Append the verdicts to this file, as Markdown.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Hold runs against the reviewed thresholds.

    Figures are computed again from the utterances; failed recordings count as all words missed.
    Exit codes: 0 all met, 1 some not met, 2 something required is missing or cannot be read.
    """
    try:
        given = load_named(runs) if runs else load_folder(COMMITTED)
        verdicts = judge(
            load(thresholds),
            given,
            load_named(against) if against else [],
            lookup=_known,
            all_required=not runs,
        )
    except (BadRun, BadThresholds) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    code = exit_code(verdicts)
    if summary is not None:
        with summary.open("a") as file:
            file.write(markdown(verdicts))
    if as_json:
        typer.echo(json.dumps([_row(each) for each in verdicts], ensure_ascii=False, indent=1))
    else:
        _print(verdicts, code)
    raise typer.Exit(code)


def _known(name: str) -> Run | None:
    path = names().get(name)
    return load_run(path) if path else None


def _row(each: Verdict) -> dict[str, object]:
    return {
        "threshold": each.threshold.name,
        "run": each.run,
        "status": each.status,
        "measured": each.measured,
        "limit": each.limit,
        "note": each.note,
        "owner": each.threshold.owner,
        "date": each.threshold.date.isoformat(),
        "reason": each.threshold.reason,
    }


def _print(verdicts: Sequence[Verdict], code: int) -> None:
    console = terminal.console()
    table = Table(box=None, pad_edge=False)
    for name in ("", "threshold", "run", "measured", "limit", "note"):
        table.add_column(name, overflow="fold")
    for each in verdicts:
        table.add_row(
            f"[{_COLOUR[each.status]}]{each.status}[/]",
            terminal.plain(each.threshold.name),
            terminal.plain(each.run or each.threshold.about()),
            each.measured,
            each.limit,
            terminal.plain(each.note),
        )
    console.print(table)
    for each in verdicts:
        if each.status in (Status.BROKEN, Status.MISSING):
            asked = each.threshold
            console.print(
                terminal.plain(f"{asked.name} ({asked.owner}, {asked.date}): {asked.reason}")
            )
    said = {
        0: "The gate is open: every threshold is met.",
        1: "The gate is closed: some thresholds are not met.",
        2: "The gate is closed: something required is missing.",
    }
    console.print(said[code], style="bold green" if code == 0 else "bold red")
