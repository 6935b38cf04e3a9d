"""Whether the clock can be believed: nothing is deleted by its age on a day that somebody set."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from app.clock import now

TOLERANCE_S = 120.0
SETTLES_S = 3600.0
"""How long the time of day must have gone on as clocks do before ages are trusted again."""


@dataclass(slots=True)
class SteadyClock:
    """Compares the time of day with the monotonic clock of this process, from its start on."""

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = lambda: now().timestamp()
    _offset_s: float = field(init=False)
    _trusted_from_s: float = field(init=False)

    def __post_init__(self) -> None:
        self._offset_s = self.wall() - self.monotonic()
        self._trusted_from_s = self.monotonic()

    def is_steady(self) -> bool:
        """False for an hour after a jump of more than two minutes."""
        # Ch 18 · System Quality: a clock that jumps by days deletes nothing before its time
        here = self.monotonic()
        offset_s = self.wall() - here
        if abs(offset_s - self._offset_s) > TOLERANCE_S:
            self._trusted_from_s = here + SETTLES_S
        self._offset_s = offset_s
        return here >= self._trusted_from_s
