"""`lectern projects`: list, create, show, delete; and how a project is found by its name."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any, Final, TypeVar

from ui import wire_projects as wire
from ui.cli import find
from ui.cli.api import CommandClient
from ui.cli.asking import answered, running
from ui.cli.exits import Exit, Stop
from ui.cli.progress import finish

_USAGE: Final = frozenset(
    {
        "project_not_found",
        "domain_not_found",
        "unknown_language",
        "invalid_request",
        "name_missing",
        "keyword_too_long",
        "too_many_keywords",
        "speaker_too_long",
        "too_many_speakers",
        "transcripts_undecided",
        "duplicates_undecided",
    }
)
T = TypeVar("T")


def product() -> find.Product:
    """Raises `Stop` when none runs."""
    return running(
        "No product is running, and projects live in it. Nothing was changed. Start it with"
        " `make run`."
    )


def client() -> CommandClient:
    """Raises `Stop` when no product runs."""
    return CommandClient(product().settings)


def asked(work: Callable[[], T]) -> T:
    """The answer; raises `Stop` with the API's own words."""
    return answered(work, _USAGE)


def found(client: CommandClient, called: str) -> wire.Project:
    """By its id, or by its name in any case. Raises `Stop`: there is none, or several."""
    if called.startswith("prj_"):
        return asked(lambda: client.project(called))
    same = [each for each in _all(client) if each.name.casefold() == called.casefold()]
    if len(same) == 1:
        return same[0]
    if not same:
        raise Stop(
            f"There is no project {called!r}; `lectern projects` lists those there are. Nothing was"
            " changed.",
            Exit.USAGE,
            "project_not_found",
        )
    ids = ", ".join(each.id for each in same)
    raise Stop(
        f"{len(same)} projects are called {called!r}. Nothing was changed; say which by its id:"
        f" {ids}.",
        Exit.USAGE,
        "project_ambiguous",
    )


def _all(client: CommandClient) -> list[wire.Project]:
    items: list[wire.Project] = []
    cursor: str | None = None
    while True:
        page = asked(lambda: client.projects(cursor))  # noqa: B023 (called at once)
        items += page.items
        cursor = page.next
        if cursor is None:
            return items


def show_all(as_json: bool) -> Exit:
    """Raises `Stop`: no product runs."""
    projects = _all(client())
    if as_json:
        say([each.model_dump(mode="json") for each in projects])
        return Exit.FINE
    width = max((len(each.name) for each in projects), default=0)
    for each in projects:
        sys.stdout.write(f"{each.name:{width}}  {each.id}  {line(each.progress)}\n")
    return Exit.FINE


def line(progress: wire.Progress) -> str:
    """`12 of 40 ready, 1.5 of 40.0 min, ready at 14:05`."""
    parts = [f"{progress.succeeded} of {progress.transcripts} ready"]
    if progress.audio_s:
        parts.append(f"{progress.done_s / 60:.1f} of {progress.audio_s / 60:.1f} min")
    for count, what in (
        (progress.waiting, "not started"),
        (progress.failed, "failed"),
        (progress.cancelled, "cancelled"),
    ):
        if count:
            parts.append(f"{count} {what}")
    if progress.eta_seconds is not None:
        parts.append(finish(progress.eta_seconds))
    return ", ".join(parts)


def create(name: str, settings: dict[str, Any], as_json: bool) -> Exit:
    """Raises `Stop`: no project was made, with the reason."""
    product = client()
    made = asked(lambda: product.make_project(name, **settings))
    if as_json:
        say(made.model_dump(mode="json"))
    else:
        sys.stdout.write(f"{made.name}: {made.id}\n")
    return Exit.FINE


def show(called: str, as_json: bool) -> Exit:
    """Raises `Stop`: there is no such project."""
    product = client()
    project = found(product, called)
    batch = asked(lambda: product.batch(project.id, duplicates="again"))
    jobs = asked(lambda: product.project_transcripts(project.id, limit=200)).items
    if as_json:
        say(
            project.model_dump(mode="json")
            | {
                "waiting": [each.model_dump(mode="json") for each in batch.items],
                "transcripts": [each.model_dump(mode="json") for each in jobs],
            }
        )
        return Exit.FINE
    sys.stdout.write(f"{project.name} ({project.id})\n{line(project.progress)}\n")
    for told in _settings(project):
        sys.stdout.write(f"{told}\n")
    for each in batch.items:
        same = " (here already)" if each.duplicates else ""
        sys.stdout.write(f"  not started  {each.recording.name}{same}\n")
    for job in jobs:
        sys.stdout.write(f"  {job.status:11}  {job.name}  {job.id}\n")
    return Exit.FINE


def _settings(project: wire.Project) -> list[str]:
    told = [
        f"domain {project.domain or 'general'}"
        + (" (removed: choose another)" if project.domain_removed else "")
        + f", language {project.language or 'detected'}"
    ]
    if project.retention_days is not None:
        told.append(f"deleted {project.retention_days} days after each is finished")
    if project.progress.next_deletion_at is not None:
        told.append(f"next deletion on {project.progress.next_deletion_at:%Y-%m-%d}")
    price = project.progress.price
    if price is not None:
        told.append(f"{price.currency} {price.so_far:.2f} so far, {price.total:.2f} in all")
    return told


def delete(called: str, transcripts: str | None, as_json: bool) -> Exit:
    """Raises `Stop`: nothing was deleted, with the reason."""
    product = client()
    project = found(product, called)
    asked(lambda: product.delete_project(project.id, transcripts))
    if as_json:
        say({"deleted": project.id, "transcripts": transcripts})
    else:
        what = {"keep": " Its transcripts stay.", "delete": " Its transcripts are deleted, too."}
        sys.stdout.write(f"{project.name} is deleted.{what.get(transcripts or '', '')}\n")
    return Exit.FINE


def say(told: Any) -> None:
    sys.stdout.write(json.dumps(told, indent=2) + "\n")
