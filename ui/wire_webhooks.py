"""Receivers of messages as the front ends read them. Unknown fields are ignored."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ui.wire import Wire


class Webhook(Wire):
    id: str
    url: str
    description: str
    events: list[str]
    state: Literal["enabled", "paused"]
    paused_detail: str | None
    failures: int
    failing_since: datetime | None
    last_success_at: datetime | None
    last_failure_at: datetime | None
    waiting: int
    created_at: datetime


class WithSecret(Webhook):
    """What making one and rotating its secret are answered with, once."""

    secret: str


class Webhooks(Wire):
    items: list[Webhook]
    types: list[str]


class Attempt(Wire):
    number: int
    started_at: datetime
    status: int | None
    duration_s: float | None
    answer: str | None
    error: str | None


class Delivery(Wire):
    id: str
    message_id: str
    type: str
    state: Literal["pending", "succeeded", "failed"]
    next_attempt_at: datetime | None
    created_at: datetime
    attempts: list[Attempt]

    @property
    def outcome(self) -> str:
        """The last answer, or why there was none, in a few words."""
        if not self.attempts:
            return "not sent yet"
        last = self.attempts[-1]
        if last.status is not None:
            return f"answered {last.status}"
        return last.error or "no answer yet"


class Deliveries(Wire):
    items: list[Delivery]
    next: str | None
