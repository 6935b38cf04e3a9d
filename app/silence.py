"""For how long something has stayed as it is, told without any clock but one's own.

A lease with a deadline compares the clock of the process that wrote it with that of the process
that reads it, and both with the day on which somebody set the clock. Here a holder counts, and
the observer measures on its monotonic clock for how long the count has stood still. An observer
that is restarted begins to measure anew: it takes back later, never earlier.
"""

# Ch 18 · System Quality: a clock that jumps by hours neither ends a lease nor prolongs it

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Silence:
    """What was last seen of each key, and since when."""

    clock: Callable[[], float] = time.monotonic
    _seen: dict[str, tuple[Hashable, float]] = field(default_factory=dict)

    def observe(self, states: Mapping[str, Hashable]) -> dict[str, float]:
        """Seconds for which each key has been seen in its present state.

        Keys that are not mentioned are forgotten: call it with all there are.
        """
        now = self.clock()
        seen: dict[str, tuple[Hashable, float]] = {}
        for key, state in states.items():
            before, since = self._seen.get(key, (None, now))
            seen[key] = (state, since if before == state else now)
        self._seen = seen
        return {key: now - since for key, (_, since) in seen.items()}
