"""`python -m evaluation adapter`: is an adapter good enough to be served?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from app.settings import REPOSITORY, get_settings
from data.acquisition.manifest import BadManifest
from data.domains.folder import DomainError, find
from evaluation.adapters.gate import MET, BadLimits
from evaluation.adapters.judging import CannotJudge, judgement
from evaluation.adapters.systems import Listener, Tell
from evaluation.files import write_whole
from evaluation.report import terminal
from evaluation.runs.make import Nothing
from worker.models.adapter import BadAdapter, read
from worker.models.weights import ModelError

COMMITTED = REPOSITORY / "evaluation" / "results" / "domains"
GUARDS = ("real", "synthetic", "both")


def command(
    adapter: Annotated[Path, typer.Argument(help="The adapter's file.")],
    domain: Annotated[str, typer.Option(help="A domain's name, or its folder.")],
    out: Annotated[Path | None, typer.Option(help="Write the judgement to this file.")] = None,
    guard: Annotated[
        str, typer.Option(help="General speech: `real`, `synthetic` (ours), `both`.")
    ] = "both",
    quick: Annotated[bool, typer.Option(help="Only the guard that comes with the source.")] = False,
    commit: Annotated[bool, typer.Option(help="Write to evaluation/results/domains.")] = False,
) -> None:
    """Hear the field and the guard with parent, glossary, adapter and both; hold it against limits.

    Exit codes: 0 passed, 1 not passed, 2 could not be judged.
    """
    if guard not in GUARDS:
        raise typer.BadParameter(f"there are {', '.join(GUARDS)}", param_hint="--guard")
    try:
        folder = find(domain)
        parent = read(adapter).parent
        settings = get_settings()
        listener = Listener(settings, Tell())
        told = judgement(adapter, parent, folder, settings, listener, guard=guard, quick=quick)
    except (
        BadAdapter, BadLimits, BadManifest, CannotJudge, DomainError, ModelError, Nothing, OSError,
    ) as error:  # fmt: skip
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    text = json.dumps({"domain": folder.name, **told}, ensure_ascii=False, indent=1) + "\n"
    name = folder.name if parent == folder.parent else f"{folder.name}--{parent}"
    for path in (out, COMMITTED / f"{name}.json" if commit else None):
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, text)
    _print(told)
    raise typer.Exit(0 if told["gate"]["passed"] else 1)


def _print(told: dict[str, object]) -> None:
    console = terminal.console()
    figures = Table("corpus", "metric", "system", "%", "95 %", box=None, pad_edge=False)
    for each in told["metrics"]:  # type: ignore[attr-defined]
        if each["group"] is None:
            figures.add_row(
                each["corpus"],
                each["metric"],
                each["system"],
                _number(each["value"]),
                f"{_number(each['low'])} to {_number(each['high'])}",
            )
    console.print(figures)
    table = Table("", "limit", "measured", "wanted", "note", box=None, pad_edge=False)
    for each in told["gate"]["verdicts"]:  # type: ignore[index]
        colour = "green" if each["status"] == MET else "bold red"
        table.add_row(
            f"[{colour}]{each['status']}[/]",
            each["name"],
            terminal.plain(each["measured"]),
            each["limit"],
            terminal.plain(each["note"]),
        )
    console.print(table)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.2f}"
