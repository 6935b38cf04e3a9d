"""Brokers for tests of the dispatcher: one that takes all, one that is away."""

from __future__ import annotations

from typing import Any

from kombu.exceptions import OperationalError


class TakesAll:
    """Remembers what it was handed, as (task, arguments, queue)."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, list[str], str]] = []

    def send_task(self, task: str, arguments: list[str], *, queue: str, **_: Any) -> None:
        self.sent.append((task, arguments, queue))


class Down:
    """Refuses everything after the first `accepts` messages."""

    def __init__(self, accepts: int = 0) -> None:
        self.left = accepts

    def send_task(self, *_: Any, **__: Any) -> None:
        if self.left == 0:
            raise OperationalError("connection refused")
        self.left -= 1
