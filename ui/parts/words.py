"""Lengths and moments as people say them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

_MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")
_WORD_JOINER = "\u2060"
"""Invisible; keeps `:name:` from becoming a picture after Markdown's escapes are gone."""


def now() -> datetime:
    return datetime.now().astimezone()


def length(seconds: float | None) -> str:
    """`48 s`, `2 min 10 s`, `1 h 05 min`."""
    if seconds is None:
        return "length unknown"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 600:
        return f"{whole // 60} min {whole % 60:02d} s"
    if whole < 3600:
        return f"{round(whole / 60)} min"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def clock(seconds: float) -> str:
    """A place in a recording: `3:07`, `1:02:45`."""
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def second(typed: str | None) -> float | None:
    """A second of a recording as an address has it; None: it names none."""
    try:
        found = float(typed or "")
    except ValueError:
        return None
    return found if 0 <= found < 1e7 else None


def moment(when: datetime, today: datetime | None = None) -> str:
    """`14:05` today, `yesterday 14:05`, `3 Nov 14:05`, `3 Nov 2025`; in this computer's zone."""
    today = today or now()
    when = when.astimezone(today.tzinfo)
    days = (today.date() - when.date()).days
    if days == 0:
        return f"{when:%H:%M}"
    if days in (1, -1):
        return f"{'yesterday' if days == 1 else 'tomorrow'} {when:%H:%M}"
    if when.year == today.year:
        return f"{when.day} {when:%b %H:%M}"
    return f"{when.day} {when:%b %Y}"


def finishes(seconds: float | None) -> str:
    """When something that takes `seconds` more is ready."""
    if seconds is None:
        return ""
    return "ready in under a minute" if seconds < 50 else f"ready about {_at(seconds)}"


def _at(seconds: float) -> str:
    return moment(now() + timedelta(seconds=seconds))


def several(count: int, one: str, many: str | None = None) -> str:
    """`1 recording`, `3 recordings`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def several_days(days: float) -> str:
    """`1 day`, `14 days`, `0.5 days`."""
    return f"{days:g} {'day' if days == 1 else 'days'}"


def model(name: str) -> str:
    """A model as people call it: an adapter's sum says nothing to them."""
    parent, joint, _ = name.partition("+")
    return f"{parent}, adapted" if joint else name


def plain(text: str) -> str:
    """`text` for a label that Streamlit reads as Markdown, so that it shows as it is."""
    flat = " ".join(text.split())
    return _MARKDOWN.sub(r"\\\1", flat).replace(":", ":" + _WORD_JOINER)
