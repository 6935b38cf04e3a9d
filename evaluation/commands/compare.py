"""`python -m evaluation compare A B`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from app.settings import get_settings
from evaluation.comparison import Incomparable, compare, document, save
from evaluation.report import terminal
from evaluation.report.finding import find
from evaluation.runs.format import BadRun, load


def command(
    a: Annotated[str, typer.Argument(help="A run: its file or its name.")],
    b: Annotated[str, typer.Argument(help="Another run of the same corpus.")],
    by: Annotated[
        list[str] | None,
        typer.Option(help="Group by this field; commas cross fields. Default: all that group."),
    ] = None,
    form: Annotated[
        str, typer.Option(help="Text form: raw, basic, english, characters or letters.")
    ] = "english",
    listed: Annotated[int, typer.Option("--list", help="Changed utterances to show.")] = 10,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder of the comparison file."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the file instead.")] = False,
) -> None:
    """Which of two runs is better, for whom, and how sure that is.

    Below zero A is better. Exit codes: 0 compared, 2 the runs cannot be compared.
    """
    crossings = [tuple(part.strip() for part in each.split(",")) for each in by] if by else None
    try:
        found = compare(load(find(a)), load(find(b)), by=crossings, form=form)
    except (BadRun, Incomparable) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    path = save(found, out or get_settings().home / "evaluation" / "comparisons")
    if as_json:
        typer.echo(json.dumps(document(found), ensure_ascii=False, indent=1))
        return
    console = terminal.console()
    console.print(terminal.comparison(found, listed, console.width))
    typer.echo(f"\nWritten to {path}")
