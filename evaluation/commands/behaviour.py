"""`python -m evaluation behaviour`."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from fnmatch import fnmatch
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from app.settings import get_settings
from evaluation.behaviour import tolerances
from evaluation.behaviour.engine import pipeline, remembering
from evaluation.behaviour.suite import (
    Result,
    Status,
    checks,
    document,
    exit_code,
    run,
    save,
    speech,
    spread,
)
from evaluation.behaviour.types import BehaviourError, Engine, Speech
from evaluation.conditions import CONDITIONS, ConditionError
from evaluation.corpora import BadManifest, CorpusMissing
from evaluation.corpora import load as load_corpus
from evaluation.metrics.texts import versions
from evaluation.report import terminal
from worker.models.store import find_model
from worker.models.weights import ModelError

RESULTS = Path(__file__).resolve().parents[1] / "results" / "behaviour"
_COLOUR = {Status.KEPT: "green", Status.BEYOND: "bold red", Status.UNJUDGED: "bold yellow"}


def command(
    model: Annotated[str, typer.Option(help="Weights, by name or folder.")],
    corpus: Annotated[
        str, typer.Option(help="English clips that are played in many ways.")
    ] = "librispeech-test-other",
    clips: Annotated[int, typer.Option(min=1, help="So many of them, spread over speakers.")] = 20,
    only: Annotated[
        list[str] | None, typer.Option(help="Checks by name, such as 'invariance/*'.")
    ] = None,
    limits: Annotated[
        Path, typer.Option("--tolerances", help="The reviewed tolerances.")
    ] = tolerances.REVIEWED,
    out: Annotated[Path | None, typer.Option(help="Results file; default: by the model.")] = None,
) -> None:
    """Invariances, directions and minimum functionality of a recogniser.

    Exit codes: 0 all within the reviewed tolerances, 1 some beyond, 2 some without a verdict, a
    clip that cannot be read, or nothing could be run.
    """
    chosen = [each for each in checks() if _asked(each.name, only)]
    try:
        if not chosen:
            raise BehaviourError(
                f"No check is named {' or '.join(only or ())}. There are: "
                + ", ".join(each.name for each in checks())
            )
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(model).name)
        reviewed = tolerances.load(name, limits)
        played, unreadable = speech(spread(load_corpus(corpus), clips))
        weights = find_model(model, get_settings().models_dir)
        engine = remembering(pipeline(model))
    except (BadManifest, BehaviourError, ConditionError, CorpusMissing, ModelError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    results = _with_progress(engine, played, reviewed, chosen)
    header = {
        "model": model,
        "model_sha256": weights.version,
        "corpus": corpus,
        "clips": [clip.id for clip in played],
        "unreadable": unreadable,
        "speakers": len({clip.speaker for clip in played}),
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": shlex.join(["python", "-m", "evaluation", *sys.argv[1:]]),
        "versions": {
            **{name: version(name) for name in ("av", "ctranslate2", "faster-whisper", "numpy")},
            **{f"form {form}": said for form, said in versions().items()},
        },
        "conditions": _versions(results),
    }
    path = out or RESULTS / f"{name}.json"
    save(document(results, header), path)
    _print(results, path)
    for clip, why in unreadable.items():
        typer.echo(f"The clip {clip} was left out: {why}", err=True)
    raise typer.Exit(exit_code(results) or (2 if unreadable else 0))


def _asked(name: str, only: Sequence[str] | None) -> bool:
    return not only or any(fnmatch(name, pattern) for pattern in only)


def _with_progress(engine: Engine, played: Sequence[Speech], reviewed: Any, chosen: Any) -> Any:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=terminal.console(), transient=True) as bar:
        task = bar.add_task("", total=len(chosen))
        started = False

        def step(name: str) -> None:
            nonlocal started
            bar.update(task, description=name, advance=1 if started else 0)
            started = True

        return run(engine, played, reviewed, chosen, step)


def _versions(results: Sequence[Result]) -> dict[str, str]:
    """Of the conditions that the directions are made of, where they could be made."""
    if not any(each.check.name.startswith("direction/") for each in results):
        return {}
    found = {}
    for name in CONDITIONS:
        if name.startswith(("noise-", "babble-", "pause-")):
            try:
                found[name] = CONDITIONS[name].version
            except ConditionError:
                continue
    return found


def _print(results: Sequence[Result], path: Path) -> None:
    console = terminal.console()
    table = Table(box=None, pad_edge=False)
    for title in ("", "check", "clips", "figures", "limits", "note"):
        table.add_column(title, overflow="fold")
    for each in results:
        figures = [f"{name} {_number(value)}" for name, value in each.observed.figures.items()]
        limits = each.tolerance.limits if each.tolerance else {}
        table.add_row(
            f"[{_COLOUR[each.status]}]{each.status}[/]",
            terminal.plain(each.check.name),
            str(each.observed.clips),
            ", ".join(figures),
            ", ".join(f"{limits[name]:g}" for name in each.observed.figures if name in limits),
            terminal.plain(each.why),
        )
    console.print(table)
    for each in results:
        if each.status is Status.BEYOND:
            for case in each.observed.cases:
                said = f"{each.check.name} · {case.clip}: {case.before!r} -> {case.after!r}"
                console.print(terminal.plain(f"{said} {case.note}"))
    console.print(terminal.plain(f"Everything that did not behave is listed in {path}"))


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
