"""`lectern transcribe`: the same flags and the same output, with a product and without one."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from ui.cli import find, formats, outputs, submit
from ui.cli.api import CommandClient
from ui.cli.exits import Exit, Stop
from ui.cli.outcome import Asked, Chosen, Item, Refused, Wanted, Work, exit_of
from ui.cli.progress import Bars, messages


def run(
    files: Sequence[Path],
    wanted: Wanted,
    asked: Asked,
    output: str | None,
    *,
    force: bool,
    as_json: bool,
) -> Exit:
    """Transcribe `files`; transcripts go to their targets, everything said to standard error.

    Raises `Stop`: nothing can be done at all.
    """
    product = find.find()
    chosen = formats.choose(asked, product)
    items = outputs.plan(files, output, chosen.suffix)
    outputs.check_format(items[0], chosen, as_json=as_json)
    with Bars(messages()) as bars:
        for item in items:
            try:
                outputs.check(item, force)
            except Refused as refused:
                item.fail(refused.failure)
                submit.report(item, bars)
        try:
            left = [item for item in items if not item.over]
            _transcribe(left, product, Work(wanted, chosen, force), bars)
            code = exit_of(items)
        except KeyboardInterrupt:
            bars.say(_interrupted(items))
            code = Exit.INTERRUPTED
    _print(items, chosen, as_json)
    return code


def keywords(terms: Sequence[str], file: Path | None) -> tuple[str, ...]:
    """The terms given one by one, then those of a file: one a line, `#` begins a comment.

    Raises `Stop`: the file cannot be read.
    """
    found = list(terms)
    if file is not None:
        try:
            lines = file.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise Stop(
                f"The keywords file {file} cannot be read ({error}). Nothing was done. It is a"
                " text file in UTF-8 with one term a line.",
                Exit.USAGE,
            ) from error
        found += [line for raw in lines if (line := raw.strip()) and not line.startswith("#")]
    return tuple(found)


def _transcribe(
    items: Sequence[Item], product: find.Product | None, work: Work, bars: Bars
) -> None:
    if not items:
        return
    if product is not None:
        client = CommandClient(product.settings)
        submit.check(client, work.wanted)
        submit.transcribe(client, items, work, bars)
        return
    bars.say("No product is running: transcribing in this process.")
    from ui.cli import standalone  # heavy, and the product's own code: only when it is needed

    standalone.transcribe(items, work, bars)


def _interrupted(items: Sequence[Item]) -> str:
    done = sum(item.status == "succeeded" for item in items)
    for item in items:
        if not item.over:
            item.fail(submit.INTERRUPTED, "cancelled")
    kept = f" {done} of {len(items)} transcripts were finished and are kept." if done else ""
    return f"Interrupted; your files were not changed.{kept}"


def _print(items: Sequence[Item], chosen: Chosen, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps([i.as_json(chosen.name) for i in items], indent=2) + "\n")
    else:
        for item in items:
            if item.target is None:
                outputs.to_standard_output(item)
    sys.stdout.flush()  # a reader that has left is noticed here and not while Python ends
