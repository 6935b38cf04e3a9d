"""The commands and their options; each imports its work only when it runs.

`lectern --help` and the shell's completion must not wait for models to be imported.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from ui.cli.exits import EPILOG, Exit, Stop
from ui.cli.outcome import Format, Wanted

app = typer.Typer(
    name="lectern",
    help="Transcribe recordings, with the running product or without one.",
    epilog=EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)

Json = Annotated[bool, typer.Option("--json", help="Print results for programs.")]


def _run(work: Callable[[], Exit], as_json: bool) -> None:
    """Run a command and end with its exit code; what stops it is told in one sentence or two."""
    try:
        code = work()
    except Stop as stop:
        typer.echo(f"lectern: {stop.message}", err=True)
        if as_json:
            import json

            error = {"code": stop.error_code, "message": stop.message}
            typer.echo(json.dumps({"error": error}, indent=2))
        code = stop.code
    except KeyboardInterrupt:
        typer.echo("Interrupted.", err=True)
        code = Exit.INTERRUPTED
    raise typer.Exit(int(code))


@app.command(epilog=EPILOG)
def transcribe(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE", help="Sound or video; several are sent together."),
    ],
    language: Annotated[
        str | None,
        typer.Option("--language", "-l", help="Code such as en or de; left out: detected."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option("--model", "-m", metavar="NAME", help="See `lectern models`."),
    ] = None,
    keyword: Annotated[
        list[str] | None,
        typer.Option("--keyword", "-k", metavar="TERM", help="A term to expect; repeatable."),
    ] = None,
    keywords_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Terms to expect, one a line; # begins a comment."),
    ] = None,
    format: Annotated[
        Format, typer.Option("--format", "-f", help="What the transcript looks like.")
    ] = Format.TXT,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="OUT",
            help="A file, or a folder (ends with /, or exists). Left out: standard output for"
            " one file, the current folder for several.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
    as_json: Json = False,
) -> None:
    """Transcribe recordings: with the product if it is running, else in this process.

    Only the transcript goes to standard output; progress and messages go to standard error. A
    file that fails does not keep the others from being transcribed. Ctrl-C calls off the jobs
    this command has submitted.
    """

    def work() -> Exit:
        from ui.cli import transcribe as command

        terms = command.keywords(keyword or [], keywords_file)
        wanted = Wanted(language, model, terms, format)
        return command.run(files, wanted, output, force=force, as_json=as_json)

    _run(work, as_json)


@app.command(epilog=EPILOG)
def status(as_json: Json = False) -> None:
    """Whether the product runs, where, and what it is working on. Exit code 3: it does not run."""

    def work() -> Exit:
        from ui.cli import status as command

        return command.run(as_json)

    _run(work, as_json)


@app.command(epilog=EPILOG)
def models(as_json: Json = False) -> None:
    """Which models there are and whether their weights on this computer are as published."""

    def work() -> Exit:
        from ui.cli import models as command

        return command.run(as_json)

    _run(work, as_json)


@app.command(epilog=EPILOG)
def doctor(as_json: Json = False) -> None:
    """Look for what would keep Lectern from working on this computer, and say what to do."""

    def work() -> Exit:
        from ui.cli import doctor as command

        return command.run(as_json)

    _run(work, as_json)


@app.command(epilog=EPILOG)
def backup(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="Left out: lectern-DATE.tar in this folder."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
    as_json: Json = False,
) -> None:
    """Write all recordings and transcripts into one file, also while Lectern runs.

    The file is readable for its owner only. The token and the models are not in it.
    """

    def work() -> Exit:
        from ui.cli import backup as command

        return command.back_up(file, force=force, as_json=as_json)

    _run(work, as_json)


@app.command(epilog=EPILOG)
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `lectern backup` wrote.")],
    force: Annotated[
        bool, typer.Option("--force", help="Replace the recordings and transcripts that are here.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Put a backup back: of this or an older version, from SQLite or PostgreSQL.

    The file is checked as a whole before anything is touched. Lectern must not be running.
    """

    def work() -> Exit:
        from ui.cli import backup as command

        return command.restore(file, force=force, as_json=as_json)

    _run(work, as_json)
