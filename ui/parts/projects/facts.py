"""What is said of a project in a line."""

from __future__ import annotations

from datetime import datetime

from ui import wire_projects as wire
from ui.parts import words


def progress_line(progress: wire.Progress) -> str:
    """`12 of 40 ready · 1 h 05 min of 3 h 00 min · ready about 14:05`."""
    if not progress.transcripts:
        parts = [] if progress.waiting else ["nothing in it yet"]
    else:
        parts = [f"{progress.succeeded} of {progress.transcripts} ready"]
        if progress.active:
            parts.append(f"{words.length(progress.done_s)} of {words.length(progress.audio_s)}")
        elif progress.audio_s:
            parts.append(words.length(progress.audio_s))
    for count, what in (
        (progress.waiting, "not started"),
        (progress.failed, "failed"),
        (progress.cancelled, "cancelled"),
    ):
        if count:
            parts.append(f"{count} {what}")
    parts.append(words.finishes(progress.eta_seconds))
    return " · ".join(part for part in parts if part)


def money_line(progress: wire.Progress) -> str:
    """`EUR 3.20 so far, EUR 12.80 in all`; empty: no price is set."""
    price = progress.price
    if price is None:
        return ""
    return f"{price.currency} {price.so_far:.2f} so far, {price.currency} {price.total:.2f} in all"


def day(when: datetime) -> str:
    """`3 March 2027`."""
    local = when.astimezone()
    return f"{local.day} {local:%B %Y}"


def deletion(days: int | None) -> str:
    """The rule of a project."""
    if days is None:
        return "transcripts are kept until you delete them"
    return f"transcripts are deleted {words.several(days, 'day')} after they are finished"
