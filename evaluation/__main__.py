"""`python -m evaluation …`: how good it is, for whom, and how sure we are."""

from __future__ import annotations

import typer

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__
)


@app.callback()
def _commands() -> None:
    """How good it is, for whom, and how sure we are."""


if __name__ == "__main__":
    app()
