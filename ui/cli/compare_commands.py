"""`lectern compare` and `lectern again`."""

from __future__ import annotations

from typing import Annotated

import typer

from ui.cli.exits import EPILOG, Exit
from ui.cli.frame import Json, run


def compare(
    one: Annotated[str, typer.Argument(metavar="A", help="Of a finished transcription.")],
    other: Annotated[str, typer.Argument(metavar="B", help="Of another of the same recording.")],
    as_json: Json = False,
) -> None:
    """Where two transcripts of a recording differ, by time: what A says, and what B says.

    Exit code 0: they say the same. 1: they differ. Capitals and punctuation do not count.
    """

    def work() -> Exit:
        from ui.cli import compare as command

        return command.run(one, other, as_json=as_json)

    run(work, as_json)


def again(
    id: Annotated[str, typer.Argument(metavar="ID", help="Of a transcription.")],
    model: Annotated[
        str | None,
        typer.Option("--model", "-m", metavar="NAME", help="Left out: today's default."),
    ] = None,
    domain: Annotated[
        str | None,
        typer.Option("--domain", "-d", metavar="NAME", help="Left out: the one used before."),
    ] = None,
    no_domain: Annotated[bool, typer.Option("--no-domain", help="With none.")] = False,
    as_json: Json = False,
) -> None:
    """Transcribe the same recording once more; the transcript there is stays, corrections and all.

    Prints the id of the new one, which is queued.
    """

    def work() -> Exit:
        from ui.cli import compare as command

        return command.again(id, model=model, domain=domain, no_domain=no_domain, as_json=as_json)

    run(work, as_json)


def add_to(app: typer.Typer) -> None:
    app.command(epilog=EPILOG)(compare)
    app.command(epilog=EPILOG)(again)
