"""What is said of a project in a line."""

from __future__ import annotations

from datetime import datetime

from babel.dates import format_date
from babel.numbers import format_currency

from ui import wire_projects as wire
from ui.parts import words
from ui.words import locale, many, say


def progress_line(progress: wire.Progress) -> str:
    """`12 of 40 ready · 1 h 05 min of 3 h 00 min · ready about 14:05`."""
    if not progress.transcripts:
        parts = [] if progress.waiting else [say("nothing in it yet")]
    else:
        parts = [say("{done} of {all} ready", done=progress.succeeded, all=progress.transcripts)]
        whole = words.length(progress.audio_s)
        if progress.active:
            parts.append(say("{done} of {all}", done=words.length(progress.done_s), all=whole))
        elif progress.audio_s:
            parts.append(whole)
    if progress.waiting:
        parts.append(many(progress.waiting, "{count} not started", "{count} not started"))
    if progress.failed:
        parts.append(many(progress.failed, "{count} failed", "{count} failed"))
    if progress.cancelled:
        parts.append(many(progress.cancelled, "{count} cancelled", "{count} cancelled"))
    parts.append(words.finishes(progress.eta_seconds))
    return " · ".join(part for part in parts if part)


def money_line(progress: wire.Progress) -> str:
    """`€3.20 so far, €12.80 in all`; empty: no price is set."""
    price = progress.price
    if price is None:
        return ""
    return say(
        "{so_far} so far, {total} in all",
        so_far=money(price.so_far, price.currency),
        total=money(price.total, price.currency),
    )


def money(amount: float, currency: str) -> str:
    return format_currency(amount, currency, locale=locale())


def day(when: datetime) -> str:
    """`3 March 2027`."""
    return format_date(when.astimezone(), "long", locale=locale())


def deletion(days: int | None) -> str:
    """The rule of a project."""
    if days is None:
        return say("transcripts are kept until you delete them")
    return many(
        days,
        "transcripts are deleted {count} day after they are finished",
        "transcripts are deleted {count} days after they are finished",
    )
