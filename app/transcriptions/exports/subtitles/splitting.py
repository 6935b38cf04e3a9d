"""From words to cues: the cheapest way to cut, found by dynamic programming.

What may not be is not tried: more than two lines, more than seven seconds, a long silence or two
speakers in one cue. Among the rest a cut costs more the worse it reads (`phrases`), the faster its
cue would have to be read, the shorter it would flash. A cue of one word is always possible, so
nothing is ever lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from app.transcriptions.exports.subtitles.phrases import Phrases
from app.transcriptions.exports.subtitles.rules import Rules
from app.transcriptions.exports.subtitles.timing import wanted_end_ms
from app.transcriptions.exports.subtitles.tokens import Token

AT_ONCE = 240
"""Words looked at together where nobody pauses; more would not change the first of their cues."""
_KEPT_CUES = 3
_CUE, _SENTENCES, _FAST, _SHORT = 3.0, 1.5, 60.0, 12.0
"""Prices: a cue at all; a sentence that ends inside one; twice the reading speed (its square);
no time at all instead of the shortest."""
_PAUSE_MS = 300
"""From here on a pause excuses a bad place for a cut."""


def split(words: Iterable[Token], rules: Rules, phrases: Phrases) -> Iterator[tuple[Token, ...]]:
    """The words of each cue, in order; every word is in exactly one."""
    run: list[Token] = []
    for word in words:
        if run and _parted(run[-1], word, rules):
            yield from _cut(run, word.start_ms, rules, phrases)
            run = []
        run.append(word)
        if len(run) >= AT_ONCE:
            cues = list(_cut(run, None, rules, phrases))
            settled = cues[: max(1, len(cues) - _KEPT_CUES)]
            yield from settled
            run = run[sum(map(len, settled)) :]
    if run:
        yield from _cut(run, None, rules, phrases)


def _parted(before: Token, after: Token, rules: Rules) -> bool:
    return after.speaker != before.speaker or after.start_ms - before.end_ms > rules.pause_ms


def _cut(
    run: Sequence[Token], following_ms: int | None, rules: Rules, phrases: Phrases
) -> Iterator[tuple[Token, ...]]:
    """The cheapest cues of `run`; the word after it begins at `following_ms`."""
    count = len(run)
    breaks = [_break_cost(a, b, phrases) for a, b in pairwise(run)]
    ends = [phrases.ends_sentence(token) for token in run]
    best = [0.0] + [float("inf")] * count
    came_from = [0] * (count + 1)
    for i in range(count):
        for j, columns, sentences in _possible(run, i, ends, rules):
            next_ms = run[j].start_ms if j < count else following_ms
            cost = best[i] + _CUE + _SENTENCES * sentences
            cost += breaks[j - 1] if j < count else 0.0
            cost += _screen_cost(run[i].start_ms, run[j - 1].end_ms, next_ms, columns, rules)
            if cost < best[j]:
                best[j], came_from[j] = cost, i
    yield from _walked(run, came_from)


def _walked(run: Sequence[Token], came_from: list[int]) -> Iterator[tuple[Token, ...]]:
    edges = [len(run)]
    while edges[-1]:
        edges.append(came_from[edges[-1]])
    edges.reverse()
    for i, j in pairwise(edges):
        yield tuple(run[i:j])


def _possible(
    run: Sequence[Token], i: int, ends: Sequence[bool], rules: Rules
) -> Iterator[tuple[int, int, int]]:
    """(end, columns, sentences that end inside) of each cue that may begin at `i`."""
    full = line = 0  # columns of the lines that are full, and of the one being filled
    lines, sentences = 1, 0
    for j in range(i, len(run)):
        token = run[j]
        space = 0 if token.glued or j == i else 1
        if line and line + space + token.columns > rules.line:
            full += line + space
            line, space = 0, 0
            lines += 1
        line += space + token.columns
        too_much = lines > rules.lines or line > rules.line
        too_long = token.end_ms - run[i].start_ms > rules.longest_ms
        if j > i and (too_much or too_long):
            return
        yield j + 1, full + line, sentences
        if too_much:
            return
        sentences += ends[j]


def _break_cost(before: Token, after: Token, phrases: Phrases) -> float:
    cost = phrases.cost(before, after)
    pause_ms = after.start_ms - before.end_ms
    return cost * 0.4 if pause_ms > _PAUSE_MS else cost


def _screen_cost(
    start_ms: int, said_ms: int, next_ms: int | None, columns: int, rules: Rules
) -> float:
    """What too little time on the screen costs."""
    end_ms = wanted_end_ms(start_ms, said_ms, columns, rules)
    if next_ms is not None:
        end_ms = min(end_ms, next_ms - rules.gap_ms)
    shown_ms = max(end_ms - start_ms, 1)
    cost = 0.0
    too_fast = columns * 1000 / (shown_ms * rules.speed) - 1
    if too_fast > 0:
        cost += _FAST * min(too_fast, 1.0) ** 2 + too_fast  # beyond twice, nobody reads it anyway
    if shown_ms < rules.shortest_ms:
        cost += _SHORT * (1 - shown_ms / rules.shortest_ms)
    return cost
