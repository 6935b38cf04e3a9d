"""`lectern models promote`, `roll-back`, `transcribe-again`: what serves a domain, decided."""

# Ch 13 · Planning for Operations: taking a model back is one command, and it lists what that model wrote

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from ui import wire, wire_models
from ui.cli import find
from ui.cli.api import CommandClient
from ui.cli.exits import Exit, Stop
from ui.client import ApiError

SHOWN = 20
"""Transcripts that are told one by one."""
T = TypeVar("T")


def promote(domain: str, number: int, reason: str, *, as_json: bool) -> Exit:
    """Raises `Stop`: no product runs, there is no such version, or it did not pass its gate."""
    done = _asked(lambda client: client.promote(domain, number, reason))
    if as_json:
        _print(done.model_dump(mode="json"))
    else:
        _say(f"Version {done.number} serves {done.domain} from the next recording on.")
    return Exit.FINE


def roll_back(domain: str, reason: str, *, to_parent: bool, again: bool, as_json: bool) -> Exit:
    """Raises `Stop`: no product runs, or no adapter serves the domain."""
    done = _asked(lambda client: client.roll_back(domain, to_parent=to_parent, reason=reason))
    number = done.withdrawn.number
    queued = _again(domain, number) if again and done.transcripts else None
    if as_json:
        told = done.model_dump(mode="json")
        _print(told | {"again": queued.model_dump(mode="json") if queued else None})
        return Exit.FINE
    now = f"version {done.serves.number}" if done.serves else done.withdrawn.parent
    _say(f"Version {number} of {domain} was rolled back; {now} serves.")
    if not done.transcripts:
        _say("It had made no transcript.")
        return Exit.FINE
    _say(f"It made {len(done.transcripts)} transcripts, which stay as they are:")
    _list(done.transcripts)
    if queued is None:
        _say(f"To make them again: lectern models transcribe-again {domain} {number}")
    else:
        _told(queued)
    return Exit.FINE


def transcribe_again(domain: str, number: int, *, as_json: bool) -> Exit:
    """Raises `Stop`: no product runs, or the version serves."""
    queued = _again(domain, number)
    if as_json:
        _print(queued.model_dump(mode="json"))
        return Exit.FINE
    _told(queued)
    _list(queued.items)
    return Exit.FINE


def _again(domain: str, number: int) -> wire_models.Again:
    return _asked(lambda client: client.transcribe_again(domain, number))


def _told(queued: wire_models.Again) -> None:
    if not queued.items:
        _say("Nothing is left to be made again.")
        return
    left = f" {queued.left} more did not fit the queue: ask once more later." if queued.left else ""
    _say(f"{len(queued.items)} are queued with what serves now.{left}")


def _list(jobs: list[wire.Summary]) -> None:
    for job in jobs[:SHOWN]:
        _say(f"  {job.id}  {job.name}")
    if len(jobs) > SHOWN:
        _say(f"  … and {len(jobs) - SHOWN} more; --json tells all.")


def _asked(ask: Callable[[CommandClient], T]) -> T:
    product = find.find()
    if product is None:
        raise Stop(
            "Lectern is not running, so nothing was changed. Start it with `make run`.",
            Exit.UNUSABLE,
            "not_running",
        )
    try:
        return ask(CommandClient(product.settings))
    except ApiError as error:
        code = Exit.UNUSABLE if error.status >= 500 else Exit.USAGE
        raise Stop(error.detail, code, error.code) from error


def _print(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told, indent=2) + "\n")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
