"""`python -m data fetch CORPUS`: a corpus from its home, checked, in one form with all others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from data.acquisition import adhoc
from data.acquisition.errors import AcquisitionError
from data.acquisition.fetch import Fetcher, Order, Outcome
from data.acquisition.places import Places
from data.commands.printing import errors, human_errors, output, print_json, progress


def fetch_corpus(
    corpus: Annotated[
        str,
        typer.Argument(
            help="A name of `list`, hub:OWNER/DATASET, folder:PATH, or a description (.toml)."
        ),
    ],
    given: Annotated[
        Path | None,
        typer.Option(
            "--from", help="An archive, or a folder of archives or of a corpus, you have already."
        ),
    ] = None,
    accepted: Annotated[
        bool, typer.Option("--accept-licence", help="You have read the licence and agree.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Fetch and build it anew though it is here.")
    ] = False,
    keep: Annotated[
        bool, typer.Option("--keep-archive", help="Keep what was downloaded beside the corpus.")
    ] = False,
    name: Annotated[str, typer.Option("--as", help="hub, folder: what to call it.")] = "",
    revision: Annotated[str, typer.Option(help="hub: branch, tag or commit.")] = "",
    config: Annotated[str, typer.Option(help="hub: folder of the dataset.")] = "",
    split: Annotated[str, typer.Option(help="hub, folder: which split it is.")] = "",
    table: Annotated[str, typer.Option(help="folder: the table, if there are several.")] = "",
    column: Annotated[
        list[str] | None,
        typer.Option(help="hub, folder: OURS=THEIRS, e.g. text=sentence; may be repeated."),
    ] = None,
    limit: Annotated[int, typer.Option(min=0, help="hub: at most so many clips.")] = 0,
    licence: Annotated[str, typer.Option(help="hub, folder: under which licence.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Fetch a corpus. Stopped at any moment, the same command goes on.

    Ends with 2 for a mistake in the command, 3 without a licence accepted, 4 if its home cannot be
    reached, 5 for a wrong sum, 6 for a full disk, 7 for a bad archive, 8 while another process
    fetches it.
    """
    with human_errors():
        extra = adhoc.Extra(
            name, revision, config, split, table, _columns(column or []), limit, licence
        )
        description = adhoc.description(corpus, extra)
        order = Order(description, given, accepted, again, keep)
        with progress() as report:
            fetcher = Fetcher(
                Places.from_environment().fetched,
                lambda text: errors.print(text, markup=False),
                report,
            )
            outcome = fetcher.fetch(order)
    if as_json:
        print_json(_document(outcome))
    else:
        _print(outcome)


def _columns(pairs: list[str]) -> dict[str, str]:
    columns = {}
    for pair in pairs:
        ours, equals, theirs = pair.partition("=")
        if not (ours and equals and theirs):
            raise AcquisitionError(f"--column {pair}: it has to be OURS=THEIRS.")
        columns[ours] = theirs
    return columns


def _document(outcome: Outcome) -> dict[str, object]:
    return {
        "name": outcome.lock.description.name,
        "folder": str(outcome.folder),
        "new": outcome.new,
        **outcome.lock.model_dump(mode="json", exclude={"description"}),
    }


def _print(outcome: Outcome) -> None:
    lock = outcome.lock
    done = "is here" if outcome.new else "was here already and is what it was"
    output.print(f"{lock.description.name} {done}: {lock.clips} clips in {outcome.folder}")
    for id_, why in lock.left_out[:10]:
        output.print(f"  left out: {id_}: {why}", markup=False)
    if len(lock.left_out) > 10:
        output.print(f"  and {len(lock.left_out) - 10} more left out")
