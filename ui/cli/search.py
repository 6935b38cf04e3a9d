"""`lectern search`: where something was said."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import typer

from ui import wire
from ui.cli.api import CommandClient
from ui.cli.asking import NO_TRANSCRIPTS, running, tell
from ui.cli.exits import Exit, Stop
from ui.cli.progress import messages
from ui.client import ApiError
from ui.parts.words import clock

AT_ONCE = 100
_USAGE = frozenset(
    {"nothing_to_search", "too_many_words", "invalid_request", "transcription_not_found"}
)


def run(words: Sequence[str], transcription: str | None, limit: int, *, as_json: bool) -> Exit:
    """Raises `Stop`: no product runs, or it does not understand what was asked."""
    product = running(NO_TRANSCRIPTS)
    try:
        found, more = _asked(CommandClient(product.settings), query(words), transcription, limit)
    except ApiError as error:
        code = Exit.USAGE if error.code in _USAGE else Exit.UNUSABLE
        raise Stop(error.detail, code, error.code) from error
    if as_json:
        told = {"items": [hit.model_dump(mode="json") for hit in found], "more": more}
        tell(told)
        return Exit.FINE
    for _, hits in groupby(found, key=lambda hit: hit.transcription_id):
        _tell(list(hits))
    if not found:
        messages().print("No transcript says that in one passage.")
    elif more:
        messages().print(f"There are more; --limit {2 * limit} shows more of them.")
    return Exit.FINE


def query(words: Sequence[str]) -> str:
    """The words as the API reads them; what the shell kept together is a phrase."""
    return " ".join(
        f'"{word}"' if " " in word.strip() and '"' not in word else word for word in words
    )


def _asked(
    client: CommandClient, asked: str, transcription: str | None, limit: int
) -> tuple[list[wire.Hit], bool]:
    found: list[wire.Hit] = []
    cursor = None
    while True:
        page = client.search(
            asked,
            transcription=transcription,
            limit=min(AT_ONCE, limit - len(found)),
            cursor=cursor,
        )
        found += page.items
        cursor = page.next
        if cursor is None or len(found) >= limit:
            return found, cursor is not None


def _tell(hits: list[wire.Hit]) -> None:
    typer.echo(f"{hits[0].name} ({hits[0].transcription_id})")
    width = max(len(clock(hit.at)) for hit in hits)
    for hit in hits:
        who = f"{hit.speaker}: " if hit.speaker else ""
        typer.echo(f"  {clock(hit.at):>{width}}  {who}{_marked(hit.snippet)}")


def _marked(snippet: wire.Snippet) -> str:
    """Bold on a terminal; `echo` takes that away elsewhere."""
    text, place = "", 0
    for mark in snippet.matches:
        text += snippet.text[place : mark.start]
        text += typer.style(snippet.text[mark.start : mark.end], bold=True)
        place = mark.end
    return text + snippet.text[place:]
