"""Texts that are probably wrong: two models agree with each other and not with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import jiwer
from whisper_normalizer.english import EnglishTextNormalizer

from data.checks.rules import Evidence, Hit, Severity, rule

_FAR = 0.6
_FAR_IN_LETTERS = 0.55
"""Between two sentences picked at random it is about 0.7. Where people mumble, models of one family
make one mistake: the corpora here have right texts up to 0.5."""
_AGREE = 0.15
_LEAST_LETTERS = 4
_DIGITS = dict(
    zip(
        ("zero", "oh", "o", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
        "000123456789",
        strict=True,
    )
)
"""The normaliser leaves some of them alone."""


@rule(
    "label",
    Severity.WARNING,
    finds="texts far from what two different models heard, who agree with each other",
    why="An error of the text counts as one of every recogniser, and the best suffers most.",
    compares=True,
)
def label(evidence: Evidence) -> Iterator[Hit]:
    assert evidence.transcripts is not None
    first, second = evidence.transcripts.first, evidence.transcripts.second
    ours = {clip.name: clip for clip in evidence.corpus.clips}
    for id_, a in first.utterances.items():
        b = second.utterances.get(id_)
        if b is None or a.clip not in ours:
            continue
        # The manifest may have been mended since the run
        reference = ours[a.clip].text if id_ == a.clip else a.reference
        if reference.strip() and suspicious(reference, a.hypothesis, b.hypothesis):
            heard = f"{a.hypothesis.strip()[:60]!r} by {evidence.transcripts.models}"
            yield (a.clip,), f"text {reference[:60]!r}, heard as {heard}"


def suspicious(reference: str, first: str, second: str) -> bool:
    """Whether both hypotheses are far from the reference and near each other.

    What is found is another sentence, or more than half of one; a wrong word is not.

    In words and in letters: models write "GMEF 39" where the text has "G M E F THREE NINE", which
    is far in words and near in letters.
    """
    texts = [_normalised(text) for text in (reference, first, second)]
    words = [text.split() for text in texts]
    letters = [[c for word in each for c in _DIGITS.get(word, word)] for each in words]
    if min(map(len, letters[1:])) < _LEAST_LETTERS or not letters[0]:
        return False
    agree = _distance(letters[1], letters[2]) <= _AGREE
    far = min(_distance(words[0], words[1]), _distance(words[0], words[2])) >= _FAR
    spelled = min(_distance(letters[0], letters[1]), _distance(letters[0], letters[2]))
    return agree and far and spelled >= _FAR_IN_LETTERS


def _distance(wanted: Sequence[str], other: Sequence[str]) -> float:
    """Edits for each unit of the longer of the two, 0-1."""
    longer = max(len(wanted), len(other))
    if not wanted or not other:
        return 1.0 if longer else 0.0
    found = jiwer.process_words(" ".join(wanted), " ".join(other))
    return (found.substitutions + found.deletions + found.insertions) / longer


def _normalised(text: str) -> str:
    return str(_normaliser()(text))


@cache
def _normaliser() -> EnglishTextNormalizer:
    return EnglishTextNormalizer()
