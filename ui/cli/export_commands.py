"""`lectern export` and `lectern formats`, and the options they share with `transcribe`."""

from __future__ import annotations

from typing import Annotated

import typer

from ui.cli.exits import EPILOG, Exit
from ui.cli.frame import Json, run
from ui.cli.outcome import Asked

FormatOption = Annotated[
    str, typer.Option("--format", "-f", metavar="NAME", help="See `lectern formats`.")
]
PresetOption = Annotated[
    str | None,
    typer.Option("--preset", "-p", metavar="NAME", help="A ready choice of that format."),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="OPTION=VALUE", help="Such as fillers=remove; repeatable."),
]
Output = Annotated[
    str | None,
    typer.Option(
        "--output", "-o", metavar="OUT", help="A file or a folder; - for standard output."
    ),
]


def export(
    id: Annotated[str, typer.Argument(metavar="ID", help="Of a finished transcription.")],
    format: FormatOption = "txt",
    preset: PresetOption = None,
    settings: SetOption = None,
    output: Output = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
    as_json: Json = False,
) -> None:
    """Write a transcript that the product has as text, subtitles, Word, a table or a project.

    Without -o a text goes to standard output. What subtitles cannot keep is told, never cut.
    """

    def work() -> Exit:
        from ui.cli import export as command

        asked = Asked(format, preset, tuple(settings or ()))
        return command.run(id, asked, output, force=force, as_json=as_json)

    run(work, as_json)


def formats(as_json: Json = False) -> None:
    """Formats, presets and options of exports; the first preset of each is the default."""

    def work() -> Exit:
        from ui.cli import formats as command

        return command.run(as_json)

    run(work, as_json)


def add_to(app: typer.Typer) -> None:
    app.command(epilog=EPILOG)(export)
    app.command(epilog=EPILOG)(formats)
