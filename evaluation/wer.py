"""Word errors, counted and kept for each utterance, so that everything can be re-cut later."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import jiwer
from whisper_normalizer.english import EnglishTextNormalizer


@dataclass(frozen=True, slots=True)
class Errors:
    """Counts of one utterance against its reference."""

    words: int
    """Of the reference."""
    substitutions: int
    deletions: int
    insertions: int

    @property
    def total(self) -> int:
        return self.substitutions + self.deletions + self.insertions


@lru_cache(maxsize=1)
def _normaliser() -> EnglishTextNormalizer:
    return EnglishTextNormalizer()


def normalise(text: str) -> str:
    """OpenAI's English normaliser: case, punctuation, numbers, contractions, spelling."""
    return str(_normaliser()(text))


def normaliser_version() -> str:
    """Named with every score, because another normaliser gives another score."""
    return "whisper-normalizer " + importlib.metadata.version("whisper-normalizer") + " (English)"


def word_errors(reference: str, hypothesis: str) -> Errors:
    """Errors of normalised text. An empty reference has no words; all of it is insertions."""
    wanted, heard = normalise(reference), normalise(hypothesis)
    if not wanted:
        return Errors(0, 0, 0, len(heard.split()))
    found = jiwer.process_words(wanted, heard)
    return Errors(len(wanted.split()), found.substitutions, found.deletions, found.insertions)


def errors_by_sentence(sentences: Sequence[str], hypothesis: str) -> list[Errors]:
    """Errors of each sentence of a long recording whose hypothesis is one text.

    The whole text is aligned at once. An inserted word counts for the sentence of the word
    before it.
    """
    wanted = [normalise(sentence).split() for sentence in sentences]
    owner = [i for i, words in enumerate(wanted) for _ in words]
    counts = [[len(words), 0, 0, 0] for words in wanted]
    found = jiwer.process_words(
        " ".join(word for words in wanted for word in words), normalise(hypothesis)
    )
    for chunk in found.alignments[0]:
        if chunk.type == "insert":
            before = max(chunk.ref_start_idx - 1, 0)
            counts[owner[before]][3] += chunk.hyp_end_idx - chunk.hyp_start_idx
        elif chunk.type != "equal":
            column = 1 if chunk.type == "substitute" else 2
            for position in range(chunk.ref_start_idx, chunk.ref_end_idx):
                counts[owner[position]][column] += 1
    return [Errors(*count) for count in counts]


def rate(errors: Sequence[Errors]) -> float:
    """Word error rate: all errors by all words of the references. NaN without words."""
    words = sum(e.words for e in errors)
    return sum(e.total for e in errors) / words if words else float("nan")
