"""`python -m worker.adaptation …`: a domain's text and speech to an adapter that was judged."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from app.settings import get_settings
from data.domains import checks
from data.domains.folder import DomainError, DomainFolder, find
from data.domains.record import VersionRecord
from worker.adaptation import pipeline
from worker.adaptation.pipeline import Event, Report, StageFailed

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__
)
_console = Console(stderr=True)
Domain = Annotated[str, typer.Argument(help="Name of a shipped domain, or the path of a folder.")]
Home = Annotated[Path | None, typer.Option(help="Instead of LECTERN_HOME.")]


@app.callback()
def _commands() -> None:
    """A domain's text and speech to an adapter that was judged."""


@app.command()
def make(
    domain: Domain,
    parent: Annotated[str, typer.Option(help="Default: what the domain says.")] = "",
    seed: Annotated[int, typer.Option(min=0)] = 0,
    training_seed: Annotated[
        int | None, typer.Option(min=0, help="Another seed for the training alone: a retraining.")
    ] = None,
    home: Home = None,
    corrections: Annotated[
        Path | None, typer.Option(help="Corrected recordings, JSON lines.", exists=True)
    ] = None,
    guard: Annotated[str, typer.Option(help="synthetic, real or both.")] = "both",
    quick: Annotated[bool, typer.Option("--quick", help="Judge on fewer clips.")] = False,
    commit: Annotated[
        bool, typer.Option("--commit", help="Put it into the domain's folder, if it passes.")
    ] = False,
    tidy: Annotated[
        bool, typer.Option("--tidy", help="Remove features afterwards: some hundred MB.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Progress as JSON lines on the standard output.")
    ] = False,
) -> None:
    """Make an adapter: everything that was not made before.

    Ends with 0 when it passed the gate, 1 when it did not, 2 when it could not be made.
    """
    from worker.adaptation.making import Making
    from worker.adaptation.making import make as run

    if home is not None:  # for this process and those that it starts: speech, evaluation
        os.environ["LECTERN_HOME"] = str(home.absolute())
    how = Making(
        get_settings(),
        parent,
        seed,
        corrections,
        commit,
        guard,
        quick,
        tidy=tidy,
        training_seed=training_seed,
    )
    try:
        folder = _find(domain)
        with _shown(as_json) as report:
            made = run(folder, how, report)
    except StageFailed as failed:
        _fail(f"{failed.stage}: {failed}" if failed.stage else str(failed), as_json)
    except KeyboardInterrupt:
        _console.print("\nStopped. What was made so far is kept; run it again to go on.")
        raise typer.Exit(130) from None
    _tell(made.record, made.folder, made.committed, as_json)
    raise typer.Exit(0 if made.record.passed else 1)


@app.command()
def check(domain: Domain) -> None:
    """What is wrong with a domain's text; ends with 1 when it cannot be trained on."""
    found = checks.check(_find(domain))
    for finding in found:
        typer.echo(f"{finding.level}: {finding}")
    typer.echo(f"{len(checks.errors(found))} errors, {len(found)} findings")
    raise typer.Exit(1 if checks.errors(found) else 0)


@app.command()
def status(domain: Domain, seed: int = 0, home: Home = None) -> None:
    """Stages that were made, what they cost, and the adapters that came of them."""
    folder = (home or get_settings().home) / "adaptation"
    name = _find(domain).name
    table = Table("stage", "key", "seconds", "MB")
    for stage in pipeline.finished(folder):
        size = sum(p.stat().st_size for p in stage["folder"].rglob("*") if p.is_file())
        key = stage["folder"].name.rsplit("-", 1)[1][:8]
        table.add_row(stage["stage"], key, f"{stage['seconds']:.0f}", f"{size / 1e6:.1f}")
    Console().print(table)
    for path in sorted((folder / "made" / name).glob("*/version.json")):
        record = VersionRecord.read(path)
        passed = "passed the gate" if record.passed else "did not pass"
        typer.echo(f"{path.parent.name[:12]} {record.made_at:%Y-%m-%d %H:%M} {passed}")


@app.command()
def show(record: Annotated[Path, typer.Argument(help="A version.json.", exists=True)]) -> None:
    """A version's record, in short."""
    try:
        _tell(VersionRecord.read(record), record.parent, False, False)
    except ValueError as error:
        _fail(f"{record.name} is no record of a version: {error}", False)


@app.command()
def forget(
    sha256: Annotated[str, typer.Argument(help="Of the audio of a recording.")], home: Home = None
) -> None:
    """Remove everything that was kept of a recording, and all stages made from it."""
    folder = (home or get_settings().home) / "adaptation"
    typer.echo(f"{pipeline.forget(folder, sha256)} stages removed")


def _find(domain: str) -> DomainFolder:
    try:
        return find(domain)
    except DomainError as error:
        _fail(str(error), False)


def _fail(message: str, as_json: bool) -> NoReturn:
    if as_json:
        typer.echo(json.dumps({"state": "failed", "message": message}))
    else:
        _console.print(f"[bold red]Not made.[/] {message}", highlight=False)
    raise typer.Exit(2)


@contextmanager
def _shown(as_json: bool) -> Iterator[Report]:
    """As bars for a person, as lines for a program."""
    if as_json:
        yield lambda event: print(json.dumps(asdict(event)), flush=True)
        return
    saved = 0.0
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[note]}"))
    with Progress(*columns, TimeRemainingColumn(), console=_console) as progress:
        tasks: dict[str, TaskID] = {}

        def report(event: Event) -> None:
            nonlocal saved
            if event.stage not in tasks:
                label = f"{event.number}/{event.of} {event.stage}"
                tasks[event.stage] = progress.add_task(label, total=1.0, note="")
            note = event.note
            if event.state == "reused":
                saved += event.seconds
                note = f"unchanged, {event.seconds:.1f} s saved"
            elif event.state == "done":
                note = f"{event.seconds:.1f} s"
            ended = event.state in {"done", "reused"}
            progress.update(tasks[event.stage], completed=1.0 if ended else event.share, note=note)

        yield report
    if saved:
        _console.print(f"{saved:.0f} s saved by what was made before.")


def _tell(record: VersionRecord, folder: Path, committed: bool, as_json: bool) -> None:
    if as_json:
        told = {"state": "made", "passed": record.passed, "folder": str(folder)}
        typer.echo(json.dumps(told | {"sha256": record.adapter.sha256}))
        return
    adapter = record.adapter
    typer.echo(
        f"{record.domain}: {record.parent.name}+{adapter.sha256[:12]}, rank {adapter.rank}, "
        f"strength {adapter.strength:g}, {adapter.bytes / 1e6:.1f} MB"
    )
    for each in record.pareto:
        mark = " <- used" if each.chosen else ""
        typer.echo(
            f"  strength {each.strength:4.2f}: field {each.target:7.2%}  "
            f"general {each.guard:7.2%}{mark}"
        )
    if record.gate is None:
        typer.echo("  never judged")
    else:
        for verdict in record.gate.verdicts:
            if verdict.status not in {"passed", "pass", "ok"}:
                typer.echo(f"  {verdict.name}: {verdict.status} {verdict.note}")
        typer.echo("  passed the gate" if record.gate.passed else "  did not pass the gate")
    typer.echo(f"  {folder}" + (", put into the domain's folder" if committed else ""))


if __name__ == "__main__":
    sys.exit(app())
