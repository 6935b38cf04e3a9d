"""When each word is heard, from the durations the synthesiser gives to its phonemes.

The synthesiser is given the phonemes of a whole turn, in which words run together ("in the" is
one group of sounds). Every word is therefore phonemised alone as well, and these are aligned with
the phonemes of the turn, as one aligns a transcript with a reference. The durations are in steps
of 25 ms and run behind the sound; where a pause can be heard, the sound itself decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from data.synthesis.timeline import SAMPLE_RATE_HZ, Samples, Word

_STRESS = "ˈˌ"
_SILENT = ' .,;:!?—…"()“”'
_START, _BOTH, _LEFT_OUT, _ADDED = range(4)
_HALF_A_CHANGE = 0.5
_TOO_DIFFERENT = 0.5
"""Changes a phoneme of the turn above which the words are somewhere else: no times then."""
_LAG_S = 0.05
"""How much later than the sound a phoneme begins by its duration: median over words after a pause
(`python -m data.synthesis.accuracy`). Kokoro's own package corrects its times as well."""
_FRAME = SAMPLE_RATE_HZ // 100
_QUIET_DB = -40.0
_PAUSE = 8
"""Frames of 10 ms. Shorter silences are the closed lips of a p or the closed mouth of a k."""


@dataclass(frozen=True)
class Phoneme:
    """A symbol of the phonetic alphabet, or a space or mark, and when it is heard."""

    symbol: str
    start_s: float
    end_s: float


def word_times(
    words: Sequence[str], alone: Sequence[str], spoken: Sequence[Phoneme]
) -> tuple[Word, ...]:
    """The time of every word, or none at all when the turn cannot be divided among them.

    Args:
        words: as written, n of them.
        alone: phonemes of each when phonemised by itself, n strings.
        spoken: phonemes of the turn in order, with spaces and marks.
    """
    sounds = [each for each in _with_stress(spoken) if each.symbol not in _SILENT]
    wanted = [
        (symbol, owner)
        for owner, phonemes in enumerate(alone)
        for symbol in phonemes
        if symbol not in _STRESS + _SILENT
    ]
    owners, changes = _owners(wanted, [each.symbol for each in sounds], _breaks(spoken))
    if not sounds or changes > _TOO_DIFFERENT * len(sounds):
        return ()
    found: list[Word] = []
    for number, word in enumerate(words):
        own = [each for each, owner in zip(sounds, owners, strict=True) if owner == number]
        if not own:
            return ()
        found.append(Word(word, own[0].start_s, own[-1].end_s))
    return tuple(found)


def fit_to_sound(words: Sequence[Word], samples: Samples) -> tuple[Word, ...]:
    """The words earlier by the lag of durations, and without the pauses around them."""
    if not words:
        return ()
    runs, first, last = pauses(samples)
    moved = [word.later(-_LAG_S) for word in words]
    starts = [first, *(max(word.start_s, first) for word in moved[1:])]
    ends = [*(min(word.end_s, last) for word in moved[:-1]), last]
    for before in range(len(moved) - 1):
        low, high = _middle(moved[before]), _middle(moved[before + 1])
        inside = [run for run in runs if low < run[0] and run[1] < high]
        if inside:
            ends[before], starts[before + 1] = max(inside, key=lambda run: run[1] - run[0])
    return tuple(
        Word(word.word, start_s, max(start_s, end_s))
        for word, start_s, end_s in zip(moved, starts, ends, strict=True)
    )


def _middle(word: Word) -> float:
    return (word.start_s + word.end_s) / 2


def pauses(samples: Samples) -> tuple[list[tuple[float, float]], float, float]:
    """Stretches without sound, and where the first sound begins and the last one ends."""
    count = len(samples) // _FRAME
    rms = np.sqrt(np.mean(samples[: count * _FRAME].reshape(count, _FRAME) ** 2, axis=1))
    loud = np.flatnonzero(rms > rms.max() * 10 ** (_QUIET_DB / 20))
    # Between two loud frames next to each other there are none, otherwise the quiet ones.
    breaks = [
        ((before + 1) / 100, after / 100)
        for before, after in pairwise(loud.tolist())
        if after - before > _PAUSE
    ]
    return breaks, int(loud[0]) / 100, int(loud[-1] + 1) / 100


def _with_stress(spoken: Sequence[Phoneme]) -> list[Phoneme]:
    """A stress mark has a duration of its own: it belongs to the sound after it."""
    joined: list[Phoneme] = []
    mark: Phoneme | None = None
    for each in spoken:
        if each.symbol in _STRESS:
            mark = mark or each
            continue
        joined.append(Phoneme(each.symbol, mark.start_s if mark else each.start_s, each.end_s))
        mark = None
    return joined


def _breaks(spoken: Sequence[Phoneme]) -> set[int]:
    """Numbers of the sounds that come right after a space or a mark."""
    breaks: set[int] = set()
    count = 0
    for each in spoken:
        if each.symbol in _SILENT:
            breaks.add(count)
        elif each.symbol not in _STRESS:
            count += 1
    return breaks


def _owners(
    wanted: Sequence[tuple[str, int]], sounds: Sequence[str], breaks: set[int]
) -> tuple[list[int], float]:
    """The word each sound belongs to, by the cheapest alignment, and what it costs.

    Changing, leaving out and adding a sound cost 1. A word that begins where the turn has no
    space, or goes on across one, costs half as much: of two ways the one at the space is taken.
    """
    rows, columns = len(wanted), len(sounds)
    if not rows or not columns:
        return [], float(columns or rows)
    cost = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    step = [[_START] * (columns + 1) for _ in range(rows + 1)]
    for row in range(rows + 1):
        for column in range(columns + 1):
            ways = []
            if row and column:
                begins = row == 1 or wanted[row - 1][1] != wanted[row - 2][1]
                astray = column > 1 and begins != (column - 1 in breaks)
                price = (wanted[row - 1][0] != sounds[column - 1]) + _HALF_A_CHANGE * astray
                ways.append((cost[row - 1][column - 1] + price, _BOTH))
            if row:
                ways.append((cost[row - 1][column] + 1, _LEFT_OUT))
            if column:
                ways.append((cost[row][column - 1] + 1, _ADDED))
            if ways:
                cost[row][column], step[row][column] = min(ways)
    owners = [0] * columns
    row, column = rows, columns
    while row or column:
        taken = step[row][column]
        if taken != _LEFT_OUT:
            column -= 1
            owners[column] = wanted[max(row - 1, 0)][1]
        if taken != _ADDED:
            row -= 1
    return owners, cost[rows][columns]
