"""How long it takes. To be read beside the errors: words left out make any recogniser fast."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds. Each figure is a wait that somebody had, none is interpolated."""

    p50: float
    p95: float
    count: int


def waits(seconds: Iterable[float | None]) -> Waits | None:
    """The middle wait, and the one that only one in twenty exceeds; None without any.

    What has no time failed and is left out here; it is counted as failed elsewhere. With fewer
    than twenty waits p95 is the longest.
    """
    found = sorted(wait for wait in seconds if wait is not None)
    if not found:
        return None
    if not all(math.isfinite(wait) and wait >= 0 for wait in found):
        raise ValueError("a wait is below zero or no number")
    return Waits(_rank(found, 0.50), _rank(found, 0.95), len(found))


def rtfx(audio_s: float, wall_s: float) -> float | None:
    """Seconds of audio done in a second; None when no time was taken.

    Over many recordings the sums are divided, as on the Open ASR Leaderboard: a mean of ratios
    would count a second of a short one more.
    """
    return audio_s / wall_s if wall_s > 0 else None


def _rank(found: list[float], share: float) -> float:
    """The smallest value that at least this share of all does not exceed (nearest rank)."""
    return found[max(math.ceil(round(share * len(found), 9)) - 1, 0)]
