"""`lectern projects`: the commands and their options; each imports its work only when it runs."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ui.cli.exits import EPILOG, Exit
from ui.cli.export_commands import FormatOption, PresetOption, SetOption
from ui.cli.frame import Json, run
from ui.cli.outcome import Asked

app = typer.Typer(
    help="Projects: many recordings that belong together.",
    invoke_without_command=True,
    rich_markup_mode="markdown",
    epilog=EPILOG,
)
Project = Annotated[str, typer.Argument(metavar="PROJECT", help="Its id, or its name.")]


class Duplicates(StrEnum):
    """What to do about files that are transcribed already."""

    ASK = "ask"
    SKIP = "skip"
    AGAIN = "again"


@app.callback()
def list_them(context: typer.Context, as_json: Json = False) -> None:
    """All projects, the newest first, each with how far it is."""
    if context.invoked_subcommand is None:
        _list(as_json)


@app.command("list", epilog=EPILOG)
def list_all(as_json: Json = False) -> None:
    """All projects, the newest first, each with how far it is."""
    _list(as_json)


def _list(as_json: bool) -> None:
    def work() -> Exit:
        from ui.cli import projects as command

        return command.show_all(as_json)

    run(work, as_json)


@app.command("create", epilog=EPILOG)
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As you call it.")],
    domain: Annotated[
        str | None, typer.Option("--domain", "-d", metavar="NAME", help="See `lectern domains`.")
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", "-l", help="Code such as en; left out: detected.")
    ] = None,
    term: Annotated[
        list[str] | None,
        typer.Option("--term", "-k", metavar="TERM", help="A term to expect; repeatable."),
    ] = None,
    speaker: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Offered where speakers are named; repeatable."),
    ] = None,
    delete_after: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=3650,
            metavar="DAYS",
            help="Delete finished transcripts and their recordings after so many days.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a project; what it says is used for every recording that is added to it."""

    def work() -> Exit:
        from ui.cli import projects as command

        settings = {
            "domain": domain,
            "language": language,
            "terms": term or [],
            "speakers": speaker or [],
            "retention_days": delete_after,
        }
        return command.create(name, settings, as_json)

    run(work, as_json)


@app.command("show", epilog=EPILOG)
def show(project: Project, as_json: Json = False) -> None:
    """Settings, progress, what waits and the transcripts of a project."""

    def work() -> Exit:
        from ui.cli import projects as command

        return command.show(project, as_json)

    run(work, as_json)


@app.command("add", epilog=EPILOG)
def add(
    project: Project,
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH", help="Recordings, folders (with all below), ZIP files."),
    ],
    as_json: Json = False,
) -> None:
    """Send recordings to a project; nothing is started. One that is refused stops no other."""

    def work() -> Exit:
        from ui.cli import project_files as command

        return command.add(project, paths, as_json)

    run(work, as_json)


@app.command("start", epilog=EPILOG)
def start(
    project: Project,
    duplicates: Annotated[
        Duplicates,
        typer.Option(
            help="Files that are transcribed already: `ask` names them and starts nothing, `skip`"
            " leaves them out, `again` transcribes them once more."
        ),
    ] = Duplicates.ASK,
    estimate: Annotated[
        bool, typer.Option("--estimate", help="Say what it would mean, and start nothing.")
    ] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Until all are ready.")] = False,
    as_json: Json = False,
) -> None:
    """Transcribe what waits in a project: minutes, cost, the end and duplicates are told first."""

    def work() -> Exit:
        from ui.cli import project_start as command

        return command.start(
            project, duplicates.value, only_estimate=estimate, wait=wait, as_json=as_json
        )

    run(work, as_json)


@app.command("export", epilog=EPILOG)
def export(
    project: Project,
    format: FormatOption = "docx",
    preset: PresetOption = None,
    settings: SetOption = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Left out: the project's name.zip."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
    as_json: Json = False,
) -> None:
    """Write all finished transcripts of a project into one ZIP, with a table of all of them."""

    def work() -> Exit:
        from ui.cli import project_files as command

        asked = Asked(format, preset, tuple(settings or ()))
        return command.export(project, asked, output, force=force, as_json=as_json)

    run(work, as_json)


@app.command("delete", epilog=EPILOG)
def delete(
    project: Project,
    transcripts: Annotated[
        str | None,
        typer.Option(
            metavar="keep|delete",
            help="What becomes of its transcripts: they stay outside of it, or they go with their"
            " recordings. It must be said where there are any.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Delete a project."""

    def work() -> Exit:
        from ui.cli import projects as command

        return command.delete(project, transcripts, as_json)

    run(work, as_json)
