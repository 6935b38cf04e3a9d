"""Brokers for tests of the dispatcher: one that takes all, one that is away."""

from __future__ import annotations

from app.broker import BrokerDown


class TakesAll:
    """Remembers what it was handed, as (task, arguments, queue), and how late to deliver it."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, list[str], str]] = []
        self.late_s: list[float] = []

    def send(self, task: str, arguments: list[str], queue: str, late_s: float = 0.0) -> None:
        self.sent.append((task, arguments, queue))
        self.late_s.append(late_s)

    def waiting(self, queue: str) -> int:
        return sum(each == queue for _, _, each in self.sent)


class Down:
    """Refuses everything after the first `accepts` messages."""

    def __init__(self, accepts: int = 0) -> None:
        self.left = accepts

    def send(self, *_: object) -> None:
        if self.left == 0:
            raise BrokerDown("connection refused")
        self.left -= 1

    def waiting(self, queue: str) -> int:
        raise BrokerDown("connection refused")
