"""From words to cues: the cheapest way to cut, found by dynamic programming.

What may not be is not tried: more than two lines, more than seven seconds, a long silence or two
speakers in one cue. Among the rest a cut costs more the worse it reads (`phrases`), the faster its
cue would have to be read, the shorter it would flash. A cue of one word is always possible, so
nothing is ever lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.transcriptions.exports.subtitles.phrases import Phrases
from app.transcriptions.exports.subtitles.rules import Rules
from app.transcriptions.exports.subtitles.timing import wanted_end_ms
from app.transcriptions.exports.subtitles.tokens import Token

AT_ONCE = 240
"""Words looked at together where nobody pauses; more would not change the first of their cues."""
_KEPT_CUES = 6
_CUE, _SENTENCES, _LINE, _FAST, _SHORT = 3.0, 1.5, 0.6, 60.0, 12.0
"""Prices: a cue at all; a sentence that ends inside one; the break between its lines, as a part
of the same break between cues; twice the reading speed (its square); no time at all instead of
the shortest."""
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


@dataclass(frozen=True, slots=True)
class _Run:
    """Words without a long silence between them, and what is looked up again and again."""

    tokens: Sequence[Token]
    breaks: Sequence[float]
    """Cost of a break after each token but the last."""
    ends: Sequence[bool]
    """Whether a sentence ends with the token."""
    edges: Sequence[int]
    """Columns before each token, the space in front of it not among them, and after the last."""

    def columns(self, i: int, j: int) -> int:
        """Of the tokens from `i` to before `j`, on one line."""
        last = self.tokens[j - 1]
        return self.edges[j - 1] + last.columns - self.edges[i]


def _run(tokens: Sequence[Token], phrases: Phrases) -> _Run:
    edges, column = [], 0
    for token in tokens:
        column += 0 if token.glued or not edges else 1
        edges.append(column)
        column += token.columns
    breaks = [_break_cost(a, b, phrases) for a, b in pairwise(tokens)]
    return _Run(tokens, breaks, [phrases.ends_sentence(token) for token in tokens], edges)


def _cut(
    tokens: Sequence[Token], following_ms: int | None, rules: Rules, phrases: Phrases
) -> Iterator[tuple[Token, ...]]:
    """The cheapest cues of a run; the word after it begins at `following_ms`."""
    count = len(tokens)
    run = _run(tokens, phrases)
    best = [0.0] + [float("inf")] * count
    came_from = [0] * (count + 1)
    for i in range(count):
        for j, inside in _possible(run, i, rules):
            next_ms = tokens[j].start_ms if j < count else following_ms
            cost = best[i] + _CUE + inside
            cost += run.breaks[j - 1] if j < count else 0.0
            columns = run.columns(i, j)
            cost += _screen_cost(tokens[i].start_ms, tokens[j - 1].end_ms, next_ms, columns, rules)
            if cost < best[j]:
                best[j], came_from[j] = cost, i
    yield from _walked(tokens, came_from)


def _walked(tokens: Sequence[Token], came_from: list[int]) -> Iterator[tuple[Token, ...]]:
    edges = [len(tokens)]
    while edges[-1]:
        edges.append(came_from[edges[-1]])
    edges.reverse()
    for i, j in pairwise(edges):
        yield tuple(tokens[i:j])


def _possible(run: _Run, i: int, rules: Rules) -> Iterator[tuple[int, float]]:
    """(end, cost of what is inside) of each cue that may begin at `i`, the shortest first."""
    sentences, upper = 0, 0  # `upper`: where the lower line begins if the upper one is filled
    for j in range(i + 1, len(run.tokens) + 1):
        too_long = run.tokens[j - 1].end_ms - run.tokens[i].start_ms > rules.longest_ms
        if j > i + 1 and too_long:
            return
        inside = _SENTENCES * sentences
        if run.columns(i, j) > rules.line and j > i + 1:
            upper = upper or j - 1
            cost = _line_cost(run, i, j, upper, rules)
            if cost is None:
                return
            inside += _LINE * cost
        yield j, inside
        sentences += run.ends[j - 1]


def _line_cost(run: _Run, i: int, j: int, upper: int, rules: Rules) -> float | None:
    """Of the best break of the cue into two lines; None: it needs three."""
    best: float | None = None
    for k in range(upper, i, -1):
        if run.columns(k, j) > rules.line or run.columns(i, k) > rules.line:
            break
        best = run.breaks[k - 1] if best is None else min(best, run.breaks[k - 1])
    return best


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
