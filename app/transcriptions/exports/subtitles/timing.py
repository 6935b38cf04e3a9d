"""When a cue stands on the screen: as long as it takes to read, never over its neighbour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, pairwise

from app.transcriptions.exports.subtitles.rules import Rules, width
from app.transcriptions.exports.subtitles.tokens import Token, text_of


@dataclass(frozen=True, slots=True)
class Shown:
    """Tokens and when they stand on the screen; never empty."""

    tokens: tuple[Token, ...]
    start_ms: int
    end_ms: int

    @property
    def said_ms(self) -> int:
        """When the first of its words is said."""
        return self.tokens[0].start_ms


def wanted_end_ms(start_ms: int, said_until_ms: int, columns: int, rules: Rules) -> int:
    """Until it was said, can be read, and has not flashed by; at most the longest."""
    reading_ms = -(-columns * 1000 // rules.speed)  # rounded up
    until = max(said_until_ms, start_ms + rules.shortest_ms, start_ms + int(reading_ms))
    return min(until, start_ms + rules.longest_ms)


def timed(groups: Iterable[tuple[Token, ...]], rules: Rules) -> Iterator[Shown]:
    """Each group with its times. Where words leave no room at all, later cues begin later."""
    free_ms = 0
    for group, following in pairwise(chain(groups, [None])):
        assert group is not None
        start_ms = max(group[0].start_ms, free_ms)
        end_ms = wanted_end_ms(start_ms, group[-1].end_ms, width(text_of(group)), rules)
        if following is not None:
            end_ms = min(end_ms, following[0].start_ms - rules.gap_ms)
        end_ms = max(end_ms, start_ms + rules.least_ms)
        free_ms = end_ms + rules.gap_ms
        yield Shown(group, start_ms, end_ms)
