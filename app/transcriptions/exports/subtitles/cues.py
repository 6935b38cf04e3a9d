"""Cues with their lines and times, and which rules each of them could not keep."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.transcriptions.exports.subtitles.lines import lines_of
from app.transcriptions.exports.subtitles.phrases import Phrases
from app.transcriptions.exports.subtitles.rules import Rules, width
from app.transcriptions.exports.subtitles.splitting import split
from app.transcriptions.exports.subtitles.timing import Shown, timed
from app.transcriptions.exports.subtitles.tokens import Token, tokens
from app.transcriptions.schemas import SegmentOut


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that the words leave no way to keep. Times in seconds, the rest in columns."""

    rule: str
    value: float
    limit: float


@dataclass(frozen=True, slots=True)
class Cue:
    number: int
    start_ms: int
    end_ms: int
    lines: tuple[str, ...]
    tokens: tuple[Token, ...]
    violations: tuple[Violation, ...]

    @property
    def speaker(self) -> str | None:
        return self.tokens[0].speaker

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def cues(
    segments: Iterable[SegmentOut], rules: Rules, language: str | None, *, names: bool = False
) -> Iterator[Cue]:
    """In order, never over each other; all words, each once. A few are looked ahead, not all."""
    phrases = Phrases(language)
    groups = split(tokens(segments, names=names), rules, phrases)
    for number, shown in enumerate(timed(groups, rules), 1):
        lines = tuple(lines_of(shown.tokens, rules, phrases))
        yield Cue(
            number,
            shown.start_ms,
            shown.end_ms,
            lines,
            shown.tokens,
            tuple(violations(shown, lines, rules)),
        )


def violations(shown: Shown, lines: tuple[str, ...], rules: Rules) -> Iterator[Violation]:
    """What a cue breaks; never more than two lines, seven seconds or an overlap: see `splitting`.

    Fast speech cannot be read as slowly as the rule wants, and text is not shortened here: that is
    for a person to decide.
    """
    shown_ms = shown.end_ms - shown.start_ms
    speed = speed_of(lines, shown_ms)
    if speed > rules.speed + 0.05:
        yield Violation("reading_speed", round(speed, 1), rules.speed)
    if shown_ms < rules.shortest_ms:
        yield Violation("too_short", shown_ms / 1000, rules.shortest_ms / 1000)
    longest = max(map(width, lines))
    if longest > rules.line:
        yield Violation("line_too_long", longest, rules.line)
    late_ms = shown.start_ms - shown.said_ms
    if late_ms > rules.late_ms:
        yield Violation("late", late_ms / 1000, rules.late_ms / 1000)


def speed_of(lines: Iterable[str], shown_ms: int) -> float:
    """Characters a second; a line break counts as the space it stands for."""
    return width(" ".join(lines)) * 1000 / shown_ms
