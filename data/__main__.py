"""`python -m data …`: corpora fetched, described and checked; test material made."""

from __future__ import annotations

import typer

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__
)


@app.callback()
def _commands() -> None:
    """Corpora fetched, described and checked; test material made."""


if __name__ == "__main__":
    app()
