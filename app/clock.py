"""The one place that asks what time it is."""

# Ch 18 · System Quality: nothing but this function knows the day, so a wrong clock can be tried out

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_ahead = timedelta()


def now() -> datetime:
    """The current time, aware, in UTC."""
    return real_now() + _ahead


def real_now() -> datetime:
    """The time without the fault `jumping_clock`: for what decides whether that fault is on."""
    return datetime.now(UTC)


def put_forward(seconds: float) -> None:
    """Let the clock of this process be wrong from now on; 0 sets it right."""
    global _ahead
    _ahead = timedelta(seconds=seconds)
