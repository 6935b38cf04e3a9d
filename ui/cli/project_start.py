"""`lectern projects start`: what it would mean, the start, and watching it."""

from __future__ import annotations

import sys
import time

from ui import wire_projects as wire
from ui.cli.api import CommandClient
from ui.cli.exits import Exit, Stop
from ui.cli.progress import Bars, finish, messages
from ui.cli.projects import asked, client, found, line, say

POLL_S = 1.0


def start(called: str, duplicates: str, *, only_estimate: bool, wait: bool, as_json: bool) -> Exit:
    """Raises `Stop`: nothing was started, with the reason."""
    product = client()
    project = found(product, called)
    batch = asked(lambda: product.batch(project.id, duplicates=duplicates))
    if not as_json:
        _tell(project, batch, duplicates)
    if only_estimate:
        if as_json:
            say(batch.model_dump(mode="json"))
        return Exit.FINE
    made = _started(product, project, batch, duplicates)
    if not as_json:
        sys.stdout.write(f"{len(made.started)} started.\n")
        for each in made.left_out:
            sys.stdout.write(f"  left out  {each.name}: {each.detail}\n")
    full = any(each.code == "queue_full" for each in made.left_out)
    code = Exit.SOME_FAILED if full else Exit.FINE
    if wait and made.started:
        progress = _watched(product, project)
        if not as_json:
            sys.stdout.write(f"{line(progress)}\n")
        ended = asked(lambda: product.project_transcripts(project.id, limit=200)).items
        own = {each.transcription for each in made.started}
        if any(job.id in own and job.status != "succeeded" for job in ended):
            code = Exit.SOME_FAILED
    if as_json:
        say(made.model_dump(mode="json"))
    return code


def _started(
    product: CommandClient, project: wire.Project, batch: wire.Batch, duplicates: str
) -> wire.Start:
    if not batch.items:
        raise Stop(
            f"Nothing waits in {project.name}. Add recordings first: `lectern projects add`.",
            Exit.USAGE,
            "nothing_waits",
        )
    return asked(lambda: product.start_batch(project.id, duplicates=duplicates))


def _tell(project: wire.Project, batch: wire.Batch, duplicates: str) -> None:
    parts = [f"{batch.count} recordings, {batch.audio_minutes:.1f} min"]
    if batch.unknown_lengths:
        parts.append(f"{batch.unknown_lengths} of unknown length")
    if batch.cost is None:
        parts.append("no price is set")
    else:
        parts.append(f"{batch.cost.currency} {batch.cost.amount:.2f}")
    if batch.finish_in_s is not None:
        parts.append(finish(batch.finish_in_s))
    if batch.deletion_at is not None:
        parts.append(f"deleted on {batch.deletion_at:%Y-%m-%d}")
    sys.stdout.write(", ".join(parts) + "\n")
    if batch.fits < batch.count:
        sys.stdout.write(f"The queue takes {batch.fits} of them now; the others wait on.\n")
    same = [each for each in batch.items if each.duplicates]
    done = {"ask": "", "skip": ", left out", "again": ", transcribed again"}[duplicates]
    for each in same:
        first = each.duplicates[0]
        where = {
            "batch": f"the same file as {first.name}, which waits, too",
            "project": f"in this project already as {first.name} ({first.transcription})",
            "elsewhere": f"transcribed outside of it as {first.name} ({first.transcription})",
        }[first.where]
        sys.stdout.write(f"  {each.recording.name}: {where}{done}\n")


def _watched(product: CommandClient, project: wire.Project) -> wire.Progress:
    with Bars(messages()) as bars:
        bar = bars.add(project.name)
        try:
            while True:
                progress = asked(lambda: product.project(project.id)).progress
                if not progress.active:
                    return progress
                bar.heard(progress.done_s, progress.audio_s, progress.eta_seconds)
                time.sleep(POLL_S)
        finally:
            bar.end()
