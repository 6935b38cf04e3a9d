"""`python -m data describe CORPUS`: whose voices, under which licence, for which conclusions."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.markdown import Markdown

from data.acquisition.description import Description, datasheet
from data.acquisition.errors import AcquisitionError
from data.acquisition.places import Places
from data.acquisition.state import State, fetch_command, state
from data.commands.list import summary
from data.commands.printing import human_errors, output, print_json


def describe_corpus(
    corpus: Annotated[str, typer.Argument(help="Its name, see `list`.")],
    verify: Annotated[
        bool, typer.Option("--verify", help="Read all audio and compare its sums too.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """What a corpus is, where it comes from, who is in it and who is not."""
    with human_errors():
        found = state(corpus, Places.from_environment(), verify=verify)
        if found.description is None and found.folder is None:
            raise AcquisitionError(
                f"There is no corpus {corpus!r}, neither here nor described;"
                " `python -m data list` shows all."
            )
    if as_json:
        print_json(_document(found))
    else:
        _print(found)


def _document(found: State) -> dict[str, Any]:
    description = found.description
    return {
        **summary(found),
        "description": description.model_dump(mode="json") if description else None,
        "lock": found.lock.model_dump(mode="json", exclude={"description"}) if found.lock else None,
        "datasheet": _datasheet(found),
    }


def _print(found: State) -> None:
    description = found.description
    if description is None:
        output.print(f"{found.name}: a corpus of your own in {found.folder}", markup=False)
    else:
        _print_description(description)
    if found.state == "absent":
        output.print(f"\nNot here. To get it: {fetch_command(found.name)}", markup=False)
    else:
        figures = f"{found.clips} clips, {found.speakers} speakers, {found.minutes} minutes"
        output.print(f"\nHere: {found.folder} ({found.state}: {found.why})", markup=False)
        output.print(f"{figures}, splits: {', '.join(found.splits) or 'none'}", markup=False)
    if found.lock is not None and found.lock.left_out:
        output.print(f"{len(found.lock.left_out)} clips were left out:", markup=False)
        for id_, why in found.lock.left_out[:20]:
            output.print(f"  {id_}: {why}", markup=False)
    if sheet := _datasheet(found):
        output.print()
        output.print(Markdown(sheet))


def _print_description(description: Description) -> None:
    licence = description.licence
    output.print(description.title, markup=False, style="bold")
    output.print(description.about, markup=False)
    output.print(f"Home: {description.home or 'none'}", markup=False)
    output.print(f"Licence: {licence.name} {licence.url}".rstrip(), markup=False)
    if description.download_bytes:
        output.print(f"Download: {description.download_bytes / 1e6:.0f} MB")
    for heading, entries in (("Splits", description.splits), ("Fields", description.fields)):
        if entries:
            output.print(f"{heading}:")
            for name, what in entries.items():
                output.print(f"  {name}: {what}", markup=False)
    if description.not_in_it:
        output.print("Not in it:")
        for who in description.not_in_it:
            output.print(f"  {who}", markup=False)


def _datasheet(found: State) -> str | None:
    """That of its description, else the one that lies with the corpus."""
    beside = [found.folder / "README.md"] if found.folder is not None else []
    for path in (datasheet(found.name), *beside):
        if path.is_file():
            return path.read_text(encoding="utf-8")
    return None
