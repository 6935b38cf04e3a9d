"""How far the times of words are from the true ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from evaluation.metrics.alignment import agreeing
from evaluation.metrics.tokens import Tokens, tokens_of
from evaluation.runs.format import HeardWord, TrueWord

COLLAR_S: Final = 0.2
"""As in WhisperX (Bain et al., arXiv 2303.00747)."""
_ROUNDING_S: Final = 1e-6


@dataclass(frozen=True, slots=True)
class TimeErrors:
    """Of one utterance: seconds by which each matched word starts and ends late (early: below 0).

    A word that was not heard as it was said has no time to be compared; it is only counted.
    """

    starts_s: tuple[float, ...]
    ends_s: tuple[float, ...]
    true_words: int
    heard_words: int


@dataclass(frozen=True, slots=True)
class WordTimes:
    """Over all matched words. None where there is none."""

    words: int
    """Matched ones. Words that are one number ("twenty one", 21) are one word here."""
    true_words: int
    """All that were said, matched or not, without those the normaliser drops."""
    heard_words: int
    start_mae_s: float | None
    end_mae_s: float | None
    """Mean absolute errors."""
    start_bias_s: float | None
    end_bias_s: float | None
    """Mean errors; above zero: late."""
    within_200ms: float | None
    """Share of the matched words with start and end within the collar."""


def time_errors(true: Sequence[TrueWord], heard: Sequence[HeardWord]) -> TimeErrors:
    """Match the words of an utterance in order, by their `english` form, and compare times."""
    said = tokens_of([word.word for word in true])
    given = tokens_of([word.word for word in heard])
    matches = _matches(said, given)
    return TimeErrors(
        starts_s=tuple(
            min(heard[j].start_s for j in mine) - min(true[i].start_s for i in truth)
            for truth, mine in matches
        ),
        ends_s=tuple(
            max(heard[j].end_s for j in mine) - max(true[i].end_s for i in truth)
            for truth, mine in matches
        ),
        true_words=len(_used(said)),
        heard_words=len(_used(given)),
    )


def word_times(utterances: Iterable[TimeErrors]) -> WordTimes:
    """All words of all utterances together."""
    found = list(utterances)
    starts = [error for each in found for error in each.starts_s]
    ends = [error for each in found for error in each.ends_s]
    near = sum(_near(start) and _near(end) for start, end in zip(starts, ends, strict=True))
    return WordTimes(
        words=len(starts),
        true_words=sum(each.true_words for each in found),
        heard_words=sum(each.heard_words for each in found),
        start_mae_s=_mean([abs(error) for error in starts]),
        end_mae_s=_mean([abs(error) for error in ends]),
        start_bias_s=_mean(starts),
        end_bias_s=_mean(ends),
        within_200ms=near / len(starts) if starts else None,
    )


def _matches(said: Tokens, given: Tokens) -> list[tuple[set[int], set[int]]]:
    """Words that were said beside the words that were heard of them, where all of it agrees."""
    found: list[tuple[set[int], set[int], set[int], set[int]]] = []
    for i, j in agreeing(said.tokens, given.tokens):
        truth, mine = set(said.sources[i]), set(given.sources[j])
        if found and (found[-1][0] & truth or found[-1][1] & mine):
            for known, new in zip(found[-1], (truth, mine, {i}, {j}), strict=True):
                known |= new
        else:
            found.append((truth, mine, {i}, {j}))
    return [
        (truth, mine)
        for truth, mine, wanted, heard in found
        if _all_of(said, truth) == wanted and _all_of(given, mine) == heard
    ]


def _all_of(traced: Tokens, words: set[int]) -> set[int]:
    return {i for i, source in enumerate(traced.sources) if words & set(source)}


def _used(traced: Tokens) -> set[int]:
    return {word for source in traced.sources for word in source}


def _near(error_s: float) -> bool:
    return abs(error_s) <= COLLAR_S + _ROUNDING_S


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
