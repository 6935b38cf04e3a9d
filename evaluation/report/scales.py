"""Where figures stand in a chart, in percent of its width or height.

Charts are SVG whose coordinates are percentages: they fill any width without stretching text, need
no script, print, and their numbers stand beside them in a table.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

HEAT: Final = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8)
"""Word error rates at which the heat map takes the next shade."""


def percent(value: float) -> str:
    """A coordinate, short: `12.5%`."""
    return f"{100 * value:.2f}".rstrip("0").rstrip(".") + "%"


def heat(rate: float) -> int:
    """The shade of a word error rate: 0 the lightest, 9 the darkest."""
    return sum(rate >= bound for bound in HEAT)


@dataclass(frozen=True, slots=True)
class Scale:
    """From `low` to `high`, with ticks; `log` where doubling is what counts."""

    low: float
    high: float
    ticks: tuple[float, ...]
    log: bool = False

    def at(self, value: float) -> float:
        """0 at `low`, 1 at `high`; what lies outside is put on the edge."""
        low, high, here = self.low, self.high, value
        if self.log:
            low, high, here = math.log(low), math.log(high), math.log(max(value, self.low))
        return min(max((here - low) / (high - low), 0.0), 1.0)

    def x(self, value: float) -> str:
        return percent(self.at(value))

    def y(self, value: float) -> str:
        """Large values stand high."""
        return percent(1 - self.at(value))


def from_zero(values: Sequence[float], steps: int = 5) -> Scale:
    """A linear scale from 0 over all values, with round ticks."""
    top = max([value for value in values if math.isfinite(value)], default=1.0) or 1.0
    rough = top / steps
    magnitude = 10 ** math.floor(math.log10(rough))
    step = next(m * magnitude for m in (1, 2, 2.5, 5, 10) if m * magnitude >= rough)
    count = math.ceil(top / step - 1e-9)
    return Scale(0.0, count * step, tuple(step * number for number in range(count + 1)))


def doubling(values: Sequence[float]) -> Scale:
    """A logarithmic scale over all values whose ticks double, at most seven of them."""
    low = 2 ** math.floor(math.log2(min(values)))
    high = max(2 ** math.ceil(math.log2(max(values))), 2 * low)
    octaves = round(math.log2(high / low))
    stride = max(1, math.ceil(octaves / 6))
    return Scale(
        low, high, tuple(low * 2.0**number for number in range(0, octaves + 1, stride)), log=True
    )
