"""Two lines of a cue: broken where a phrase ends, and neither much longer than the other."""

from __future__ import annotations

from collections.abc import Sequence

from app.transcriptions.exports.subtitles.phrases import Phrases
from app.transcriptions.exports.subtitles.rules import Rules, width
from app.transcriptions.exports.subtitles.tokens import Token, text_of

_UNEVEN = 0.12
"""Price of a column by which the lines differ."""
_TOP_HEAVY = 0.5
"""A longer first line covers more of the picture."""


def lines_of(tokens: Sequence[Token], rules: Rules, phrases: Phrases) -> list[str]:
    """One line where it fits, else two. A word longer than a line stays whole on its own."""
    whole = text_of(tokens)
    if len(tokens) == 1 or width(whole) <= rules.line:
        return [whole]
    best: tuple[float, list[str]] | None = None
    for k in range(1, len(tokens)):
        upper, lower = text_of(tokens[:k]), text_of(tokens[k:])
        up, low = width(upper), width(lower)
        if up > rules.line or low > rules.line:
            continue
        cost = phrases.cost(tokens[k - 1], tokens[k]) + _UNEVEN * abs(up - low)
        cost += _TOP_HEAVY if up > low else 0.0
        if best is None or cost < best[0]:
            best = cost, [upper, lower]
    assert best is not None, "the splitter only makes cues that fit two lines"
    return best[1]
