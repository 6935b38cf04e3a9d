"""Words where nobody speaks, and phrases said over and over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from scipy import stats

from evaluation.metrics.texts import FORMS, normalise

CONFIDENCE: Final = 0.95
REPEATED: Final = 5
"""Words of a phrase whose repetition is counted, as in distil-whisper's evaluation."""


@dataclass(frozen=True, slots=True)
class NonSpeech:
    """A recording in which nobody speaks, and what was heard in it."""

    duration_s: float
    text: str
    kind: str = "unknown"


@dataclass(frozen=True, slots=True)
class Hallucination:
    """What was heard in recordings without speech."""

    minutes: float
    clips: int
    words: int
    """Of the `english` form."""
    clips_with_words: int
    clips_with_marks_only: int
    """Text that is no words there: a full stop, a note, a remark in brackets."""
    words_a_minute: float
    words_a_minute_high: float
    """One-sided 95 % bound for a Poisson count (Garwood). Invented words come in phrases, so the
    true bound is higher; the share of clips needs no such assumption."""
    share_with_words: float
    share_low: float
    share_high: float
    """95 % interval of Clopper and Pearson."""
    kinds: dict[str, Hallucination] = field(default_factory=dict)
    """The same for each kind of recording; empty there."""


# Ch 7 · Planning for Mistakes: invented words are measured where any word is one, with how many could have been missed
def hallucination(clips: Sequence[NonSpeech]) -> Hallucination | None:
    """Count the words of recordings that have none; None without recordings.

    Raises `ValueError` for a recording without a length.
    """
    if not clips:
        return None
    kinds = sorted({clip.kind for clip in clips})
    return _counted(clips, {kind: _counted([c for c in clips if c.kind == kind]) for kind in kinds})


def repeats(hypothesis: str, reference: str = "") -> int:
    """How many times the hypothesis repeats five words running more often than the reference.

    A phrase may be said once unasked; if the reference has it n times, n times.
    """
    heard, said = _phrases(hypothesis), _phrases(reference)
    return sum(max(0, count - max(1, said[phrase])) for phrase, count in heard.items())


def poisson_high(events: int, confidence: float = CONFIDENCE) -> float:
    """The highest mean with which so few events are still this likely; 3.0 for none."""
    return float(stats.chi2.ppf(confidence, 2 * (events + 1)) / 2)


def clopper_pearson(
    successes: int, trials: int, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """The exact interval of a share."""
    found = stats.binomtest(successes, trials).proportion_ci(confidence, method="exact")
    return float(found.low), float(found.high)


def _counted(
    clips: Sequence[NonSpeech], kinds: dict[str, Hallucination] | None = None
) -> Hallucination:
    if any(not clip.duration_s > 0 for clip in clips):
        raise ValueError("a recording without a length has no words a minute")
    words = [len(normalise(clip.text).split()) for clip in clips]
    minutes = sum(clip.duration_s for clip in clips) / 60
    with_words = sum(count > 0 for count in words)
    marks = sum(
        not count and bool(clip.text.strip()) for count, clip in zip(words, clips, strict=True)
    )
    low, high = clopper_pearson(with_words, len(clips))
    return Hallucination(
        minutes=minutes,
        clips=len(clips),
        words=sum(words),
        clips_with_words=with_words,
        clips_with_marks_only=marks,
        words_a_minute=sum(words) / minutes,
        words_a_minute_high=poisson_high(sum(words)) / minutes,
        share_with_words=with_words / len(clips),
        share_low=low,
        share_high=high,
        kinds=kinds or {},
    )


def _phrases(text: str) -> Counter[tuple[str, ...]]:
    words = FORMS["english"].apply(text).split()
    return Counter(tuple(words[i : i + REPEATED]) for i in range(len(words) - REPEATED + 1))
