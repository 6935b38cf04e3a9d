"""What a check of `lectern doctor` finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    ok: bool
    found: str
    advice: str | None = None
    """What to do about it."""


def fine(found: str, advice: str | None = None) -> Finding:
    return Finding(True, found, advice)


def problem(found: str, advice: str) -> Finding:
    return Finding(False, found, advice)
