"""`python -m data list`: which corpora there are, and whether they are here and the right ones."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from data.acquisition.errors import WrongSum
from data.acquisition.places import Places
from data.acquisition.state import State, fetch_command, states
from data.commands.printing import errors, human_errors, output, print_json

_WIDTH = 140


def list_corpora(
    verify: Annotated[
        bool, typer.Option("--verify", help="Read all audio and compare its sums too.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Which corpora are known, which are here, and whether they are what they should be.

    Ends with 5 if one is different from what it should be.
    """
    with human_errors():
        found = states(Places.from_environment(), verify=verify)
    if as_json:
        print_json([summary(each) for each in found])
    else:
        _print(found)
    if any(each.state == "different" for each in found):
        raise typer.Exit(WrongSum.exit_code)


def summary(state: State) -> dict[str, Any]:
    """A state for programs."""
    description = state.description
    return {
        "name": state.name,
        "title": description.title if description else None,
        "state": state.state,
        "copy": state.copy or None,
        "why": state.why or None,
        "folder": str(state.folder) if state.folder else None,
        "clips": state.clips,
        "speakers": state.speakers,
        "minutes": state.minutes,
        "splits": list(state.splits),
        "licence": _licence(state) or None,
        "fetch": fetch_command(state.name) or None,
    }


def _licence(state: State) -> str:
    """As its description says, else as its clips do."""
    if state.description is not None:
        return state.description.licence.name
    return "; ".join(state.licences)


def _print(found: list[State]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("corpus", "here"):
        table.add_column(heading, no_wrap=True)
    for heading in ("clips", "speakers", "minutes"):
        table.add_column(heading, no_wrap=True, justify="right")
    table.add_column("licence", no_wrap=True)
    for each in found:
        table.add_row(
            each.name,
            each.state if each.state != "present" else f"present, {each.copy}",
            *("" if figure is None else f"{figure:g}" for figure in _figures(each)),
            _licence(each),
        )
    # No column is worth being cut: a narrow terminal wraps the lines
    Console(highlight=False, width=_WIDTH).print(table)
    for each in found:
        if each.state == "different":
            errors.print(f"{each.name} ({each.folder}): {each.why}", markup=False)
    if absent := [each.name for each in found if each.state == "absent"]:
        output.print(f"\nTo get one: {fetch_command(absent[0])}")


def _figures(state: State) -> tuple[float | None, ...]:
    return state.clips, state.speakers, state.minutes
