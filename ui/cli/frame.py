"""What every command shares: `--json`, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from ui.cli.exits import Exit, Stop

Json = Annotated[bool, typer.Option("--json", help="Print results for programs.")]


def run(work: Callable[[], Exit], as_json: bool) -> None:
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
