"""Lengths and moments as people say them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from babel.dates import format_skeleton
from babel.numbers import format_decimal

from ui.words import locale, say

_MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")
_WORD_JOINER = "\u2060"
"""Invisible; keeps `:name:` from becoming a picture after Markdown's escapes are gone."""


def now() -> datetime:
    return datetime.now().astimezone()


def length(seconds: float | None) -> str:
    """`less than 1 s`, `48 s`, `2 min 10 s`, `1 h 05 min`."""
    if seconds is None:
        return say("length unknown")
    whole = round(seconds)
    if not whole and seconds:
        return say("less than 1 s")
    if whole < 60:
        return say("{seconds} s", seconds=whole)
    if whole < 600:
        return say("{minutes} min {seconds:02d} s", minutes=whole // 60, seconds=whole % 60)
    if whole < 3600:
        return say("{minutes} min", minutes=round(whole / 60))
    return say("{hours} h {minutes:02d} min", hours=whole // 3600, minutes=whole % 3600 // 60)


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
    time = format_skeleton("Hm", when, locale=locale())
    if days == 0:
        return time
    if days == 1:
        return say("yesterday {time}", time=time)
    if days == -1:
        return say("tomorrow {time}", time=time)
    if when.year == today.year:
        day = format_skeleton("MMMd", when.date(), locale=locale())
        return say("{day} {time}", day=day, time=time)
    return format_skeleton("yMMMd", when.date(), locale=locale())


def finishes(seconds: float | None) -> str:
    """When something that takes `seconds` more is ready."""
    if seconds is None:
        return ""
    if seconds < 50:
        return say("ready in under a minute")
    return say("ready about {moment}", moment=moment(now() + timedelta(seconds=seconds)))


def decimal(number: float, digits: int | None = None) -> str:
    """`0.5`, in German `0,5`; with so many digits behind the point, or as many as it has."""
    pattern = "#,##0.######" if digits is None else "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(number, format=pattern, locale=locale())


def two_digits(number: float) -> str:
    """Two digits that count: `0.25`, `1.2`, `130`."""
    return decimal(float(f"{number:.2g}"))


def percent(share: float, digits: int = 0) -> str:
    """`80 %` of 0.8."""
    return say("{number} %", number=decimal(100 * share, digits))


def several(count: int, one: str, many: str | None = None) -> str:
    """`1 place`, `3 places`, in English whoever reads: for the walkthrough."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def several_days(days: float) -> str:
    """`1 day`, `14 days`, `0.5 days`."""
    if days == 1:
        return say("1 day")
    return say("{number} days", number=format_decimal(days, locale=locale()))


def model(name: str) -> str:
    """A model as people call it: an adapter's sum says nothing to them."""
    parent, joint, _ = name.partition("+")
    return say("{parent}, adapted", parent=parent) if joint else name


def plain(text: str) -> str:
    """`text` for a label that Streamlit reads as Markdown, so that it shows as it is."""
    flat = " ".join(text.split())
    return _MARKDOWN.sub(r"\\\1", flat).replace(":", ":" + _WORD_JOINER)
