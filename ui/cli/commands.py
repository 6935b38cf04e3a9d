"""The commands and their options; each imports its work only when it runs.

`lectern --help` and the shell's completion must not wait for models to be imported.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ui.cli import (
    compare_commands,
    export_commands,
    model_commands,
    project_commands,
    webhook_commands,
)
from ui.cli.exits import EPILOG, Exit
from ui.cli.export_commands import FormatOption, PresetOption, SetOption
from ui.cli.frame import Json
from ui.cli.frame import run as _run
from ui.cli.outcome import Asked, Wanted

app = typer.Typer(
    name="lectern",
    help="Transcribe recordings, with the running product or without one.",
    epilog=EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
app.add_typer(model_commands.app, name="models")
app.add_typer(webhook_commands.app, name="webhooks")
app.add_typer(project_commands.app, name="projects")
export_commands.add_to(app)
compare_commands.add_to(app)


class Instructions(StrEnum):
    """Sets of instructions that CTranslate2 can be held to."""

    GENERIC = "GENERIC"
    AVX = "AVX"
    AVX2 = "AVX2"
    AVX512 = "AVX512"


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
    domain: Annotated[
        str | None,
        typer.Option("--domain", "-d", metavar="NAME", help="See `lectern domains`."),
    ] = None,
    format: FormatOption = "txt",
    preset: PresetOption = None,
    settings: SetOption = None,
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
        wanted = Wanted(language, model, terms, domain)
        asked = Asked(format, preset, tuple(settings or ()))
        return command.run(files, wanted, asked, output, force=force, as_json=as_json)

    _run(work, as_json)


@app.command(epilog=EPILOG)
def search(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="WORDS",
            help="All said in one passage; 'a phrase' in quotes; adapt* a beginning.",
        ),
    ],
    transcription: Annotated[
        str | None, typer.Option("--in", metavar="ID", help="Only in this transcription.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, metavar="N", help="Hits at most.")] = 20,
    as_json: Json = False,
) -> None:
    """Find where something was said: recording, time and passage, the newest recording first.

    The product must be running. Capitals and accents do not count.
    """

    def work() -> Exit:
        from ui.cli import search as command

        return command.run(words, transcription, limit, as_json=as_json)

    _run(work, as_json)


@app.command(epilog=EPILOG)
def status(as_json: Json = False) -> None:
    """Whether the product runs, where, and what it is working on. Exit code 3: it does not run."""

    def work() -> Exit:
        from ui.cli import status as command

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


@app.command(epilog=EPILOG)
def reproduce(
    id: Annotated[str, typer.Argument(metavar="ID", help="Of a finished transcription.")],
    compute_type: Annotated[
        str | None,
        typer.Option(metavar="TYPE", help="Use another one than then, to see what changes."),
    ] = None,
    streams: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Use another number of streams than then."),
    ] = None,
    instructions: Annotated[
        Instructions | None,
        typer.Option(help="Compute as an older processor would: another class of machine."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a transcript again from its recording and compare texts and times bit by bit.

    Exit code 0: identical. 1: something differs, or could not be compared; it says what, and what
    is not as it was. The stored transcript is not changed.
    """

    def work() -> Exit:
        from ui.cli import reproduce as command

        return command.run(
            id,
            compute_type=compute_type,
            streams=streams,
            instructions=instructions.value if instructions else None,
            as_json=as_json,
        )

    _run(work, as_json)


domains = typer.Typer(
    help="Domains: the words of a field, given to the recogniser.",
    invoke_without_command=True,
    rich_markup_mode="markdown",
    epilog=EPILOG,
)
app.add_typer(domains, name="domains")
Name = Annotated[str, typer.Argument(metavar="NAME", help="Such as ruby.")]


@domains.callback()
def list_domains(context: typer.Context, as_json: Json = False) -> None:
    """All domains; without a running product those that come with Lectern."""
    if context.invoked_subcommand is not None:
        return

    def work() -> Exit:
        from ui.cli import domains as command

        return command.show_all(as_json)

    _run(work, as_json)


@domains.command("show", epilog=EPILOG)
def show_domain(name: Name, as_json: Json = False) -> None:
    """A domain and its glossary."""

    def work() -> Exit:
        from ui.cli import domains as command

        return command.show(name, as_json)

    _run(work, as_json)


@domains.command("make", epilog=EPILOG)
def make_domain(
    name: Name,
    terms: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="One term a line, or CSV with term and sounds_like."),
    ] = None,
    text: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="PDF, PowerPoint, Word, CSV programme or text: terms are found."
        ),
    ] = None,
    title: Annotated[str, typer.Option(help="As people call the field.")] = "",
    about: Annotated[str, typer.Option(help="What it is about.")] = "",
    as_json: Json = False,
) -> None:
    """Make a domain of a list of terms, or of the terms that stand out in a text."""

    def work() -> Exit:
        from ui.cli import domains as command

        return command.make(name, terms=terms, text=text, title=title, about=about, as_json=as_json)

    _run(work, as_json)


@domains.command("remove", epilog=EPILOG)
def remove_domain(name: Name, as_json: Json = False) -> None:
    """Remove a domain of your own; its transcripts stay."""

    def work() -> Exit:
        from ui.cli import domains as command

        return command.remove(name, as_json)

    _run(work, as_json)
