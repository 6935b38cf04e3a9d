"""`lectern models` and its commands; each imports its work only when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from ui.cli.exits import EPILOG, Exit
from ui.cli.frame import Json, run

app = typer.Typer(epilog=EPILOG, invoke_without_command=True)
Domain = Annotated[str, typer.Argument(metavar="DOMAIN", help="For example ruby.")]
Number = Annotated[int, typer.Argument(metavar="N", min=1, help="Of the version.")]
Reason = Annotated[str, typer.Option(metavar="TEXT", help="Kept with the decision.")]


@app.callback()
def models(context: typer.Context, as_json: Json = False) -> None:
    """Which models there are, whether their weights are as published, and what serves domains."""
    if context.invoked_subcommand is not None:
        return

    def work() -> Exit:
        from ui.cli import models as command

        return command.run(as_json)

    run(work, as_json)


@app.command(epilog=EPILOG)
def promote(domain: Domain, number: Number, reason: Reason = "", as_json: Json = False) -> None:
    """Let a version of a domain's model serve. Only one that passed its gate can."""

    def work() -> Exit:
        from ui.cli import releases as command

        return command.promote(domain, number, reason, as_json=as_json)

    run(work, as_json)


@app.command("roll-back", epilog=EPILOG)
def roll_back(
    domain: Domain,
    reason: Reason = "",
    to_parent: Annotated[
        bool, typer.Option("--to-parent", help="Serve without an adapter, not the version before.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Queue what it made once more, with what serves then.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Take back the version that serves, in one step; tells which transcripts it made."""

    def work() -> Exit:
        from ui.cli import releases as command

        return command.roll_back(domain, reason, to_parent=to_parent, again=again, as_json=as_json)

    run(work, as_json)


@app.command("transcribe-again", epilog=EPILOG)
def transcribe_again(domain: Domain, number: Number, as_json: Json = False) -> None:
    """Queue what a version made once more, with what serves now. The old transcripts stay."""

    def work() -> Exit:
        from ui.cli import releases as command

        return command.transcribe_again(domain, number, as_json=as_json)

    run(work, as_json)
