"""`lectern export`: a file of a transcript that the product has."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ui.cli import find, formats, outputs
from ui.cli.api import CommandClient
from ui.cli.exits import Exit, Stop
from ui.cli.notes import kept_note
from ui.cli.outcome import Asked, Item, Refused, Transcript
from ui.cli.progress import messages
from ui.client import ApiError


def run(
    transcription_id: str, asked: Asked, output: str | None, *, force: bool, as_json: bool
) -> Exit:
    """Write the file, or give it to standard output.

    Raises `Stop`: no product runs, or the file cannot be had or written; nothing was changed.
    """
    product = find.find()
    if product is None:
        raise Stop(
            "No product is running, and transcripts are kept by the product. Start it (`make run`)"
            " and try again; `lectern transcribe` works without it.",
            Exit.UNUSABLE,
        )
    chosen = formats.choose(asked, product)
    client = CommandClient(product.settings)
    try:
        job = client.transcription(transcription_id)
        source = Path(job.name.replace("/", "_") or "transcript")
        [item] = outputs.plan([source], output, chosen.suffix)
        outputs.check_format(item, chosen, as_json=as_json)
        outputs.check_target(item, force)
        content = client.export(transcription_id, chosen.params)
        report = client.export_report(transcription_id, chosen.params) if chosen.report else None
        notes = tuple(kept_note(report))
        item.id, item.transcript, item.status = (
            job.id,
            Transcript(content, job.duration, notes),
            "succeeded",
        )
        outputs.write(item, force)
    except ApiError as error:
        code = Exit.SOME_FAILED if error.status in (404, 409, 422) else Exit.UNUSABLE
        raise Stop(error.detail, code, error.code) from error
    except Refused as refused:
        raise Stop(refused.failure.message, Exit.SOME_FAILED, refused.failure.code) from refused
    for note in notes:
        messages().print(note, soft_wrap=True)
    _tell(item, chosen.name, as_json)
    return Exit.FINE


def _tell(item: Item, format: str, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(item.as_json(format), indent=2) + "\n")
    elif item.target is None:
        outputs.to_standard_output(item)
    else:
        messages().print(f"{item.id} -> {item.target}", soft_wrap=True)
