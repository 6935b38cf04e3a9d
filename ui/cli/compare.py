"""`lectern compare` and `lectern again`: a recording heard twice, and where the texts differ."""

from __future__ import annotations

from typing import Any

import typer

from ui import wire_review
from ui.cli.api import CommandClient
from ui.cli.asking import NO_TRANSCRIPTS, running, tell
from ui.cli.exits import Exit, Stop
from ui.cli.progress import messages
from ui.client import ApiError
from ui.parts.words import clock

_USAGE = frozenset({400, 404, 409, 410, 422})


def run(one: str, other: str, *, as_json: bool) -> Exit:
    """Print every place where they differ; `SOME_FAILED` when there is one, as `diff` does.

    Raises `Stop`: no product runs, or the two cannot be compared.
    """
    client = _client()
    try:
        found = client.beside(one, other)
    except ApiError as error:
        raise _stop(error) from error
    if as_json:
        tell(found.model_dump(mode="json", exclude={"passages"}))
    else:
        _table(found)
    return Exit.SOME_FAILED if found.differences else Exit.FINE


def again(
    id: str, *, model: str | None, domain: str | None, no_domain: bool, as_json: bool
) -> Exit:
    """Queue the recording once more. Raises `Stop`: no product runs, or it refuses."""
    if domain and no_domain:
        raise Stop("Give either --domain or --no-domain. Nothing was started.", Exit.USAGE)
    asked: dict[str, Any] = {}
    if model:
        asked["model"] = model
    if domain or no_domain:
        asked["domain"] = domain
    client = _client()
    try:
        made = client.again(id, **asked)
    except ApiError as error:
        raise _stop(error) from error
    if as_json:
        tell(made.model_dump(mode="json"))
    else:
        typer.echo(made.id)
        messages().print(
            f"{made.name} is transcribed once more by {made.model.name}; {id} stays as it is."
            f" When it is ready: lectern compare {id} {made.id}",
            soft_wrap=True,
        )
    return Exit.FINE


def _table(found: wire_review.Beside) -> None:
    width = max((len(clock(each.start)) for each in found.differences), default=0)
    column = max((len(each.text) for each in found.differences), default=0)
    for each in found.differences:
        typer.echo(f"{clock(each.start):>{width}}  {each.text:<{min(column, 40)}}  | {each.other}")
    places = len(found.differences)
    messages().print(
        f"{100 * found.agreement:.1f} % of {found.words} and {found.other_words} words agree;"
        f" {places} {'place differs' if places == 1 else 'places differ'}.",
        soft_wrap=True,
    )


def _client() -> CommandClient:
    return CommandClient(running(NO_TRANSCRIPTS).settings)


def _stop(error: ApiError) -> Stop:
    code = Exit.USAGE if error.status in _USAGE else Exit.UNUSABLE
    return Stop(error.detail, code, error.code)
