"""Asking the running product, and how its refusals and its absence end a command."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection
from typing import TypeVar

from ui.cli import find
from ui.cli.api import CommandClient
from ui.cli.exits import Exit, Stop
from ui.client import ApiError

T = TypeVar("T")
NO_TRANSCRIPTS = "No product is running, and the transcripts are in it. Start it with `make run`."


def running(without: str, code: str = "api_unreachable") -> find.Product:
    """Raises `Stop` with the sentence `without` when none runs."""
    product = find.find()
    if product is None:
        raise Stop(without, Exit.UNUSABLE, code)
    return product


def changed(ask: Callable[[CommandClient], T]) -> T:
    """The answer of the running product to what changes something.

    Raises `Stop`: none runs, or it refuses, in the API's own words.
    """
    without = "Lectern is not running, so nothing was changed. Start it with `make run`."
    product = running(without, "not_running")
    try:
        return ask(CommandClient(product.settings))
    except ApiError as error:
        code = Exit.UNUSABLE if error.status >= 500 else Exit.USAGE
        raise Stop(error.detail, code, error.code) from error


def answered(work: Callable[[], T], usage: Collection[str]) -> T:
    """The answer; a refusal ends the command with the API's own words.

    `usage`: codes that tell that the command itself was wrong.
    """
    try:
        return work()
    except ApiError as error:
        if error.code in usage:
            code = Exit.USAGE
        elif error.status in (401, 403) or error.status >= 500:
            code = Exit.UNUSABLE
        else:
            code = Exit.SOME_FAILED
        raise Stop(error.detail, code, error.code) from error


def tell(told: object) -> None:
    """For programs."""
    say(json.dumps(told, indent=2))


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
