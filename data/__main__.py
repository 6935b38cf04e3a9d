"""`python -m data …`: corpora fetched, described and checked; test material made."""

from __future__ import annotations

import typer

from data.commands.check import check_corpus
from data.commands.describe import describe_corpus
from data.commands.fetch import fetch_corpus
from data.commands.list import list_corpora
from data.commands.make import make

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__
)


@app.callback()
def _commands() -> None:
    """Corpora fetched, described and checked; test material made."""


app.command("list")(list_corpora)
app.command("fetch")(fetch_corpus)
app.command("describe")(describe_corpus)
app.command("make")(make)
app.command("check")(check_corpus)


if __name__ == "__main__":
    app()
