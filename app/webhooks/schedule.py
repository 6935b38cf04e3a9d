"""When a message that was not accepted is sent again."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

JITTER = 0.2
LONGEST_S = 86_400.0
"""A receiver cannot ask for a longer pause."""


def pause_s(
    failures: int, pauses: Sequence[float], asked_s: float | None = None, chance: float = 0.5
) -> float | None:
    """Seconds until the next attempt after `failures` of them; None: there is none.

    A receiver's own wish (`Retry-After`) may lengthen the pause, not shorten it. `chance`, 0-1,
    spreads the attempts over ±20 %, so that a receiver that comes back is not overrun.
    """
    if failures > len(pauses):
        return None
    planned = pauses[failures - 1] * (1 + JITTER * (2 * chance - 1))
    return max(planned, min(asked_s or 0.0, LONGEST_S))


def any_chance() -> float:
    return random.random()


def asked_for_s(retry_after: str | None, at: datetime) -> float | None:
    """Seconds that a `Retry-After` asks for: a number of them or a date; None: it says neither."""
    if retry_after is None:
        return None
    if retry_after.strip().isdecimal():
        return float(retry_after[:12])
    try:
        when = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    when = when.replace(tzinfo=UTC) if when.tzinfo is None else when
    return max((when - at).total_seconds(), 0.0)
