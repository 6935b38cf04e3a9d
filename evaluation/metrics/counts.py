"""Errors of each utterance in every text form, and the rates of many.

Counts are kept for each utterance, so that a run can be cut up by any field later. jiwer lays the
texts beside each other; where several alignments have equally few errors, its choice decides how
they divide into substitutions, deletions and insertions, and so MER and WIL. The total never
depends on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import jiwer

from evaluation.metrics.texts import FORMS
from evaluation.wer import Errors, pool


@dataclass(frozen=True, slots=True)
class Rates:
    """Fractions of pooled counts. None where they have no denominator."""

    wer: float | None
    """Errors by words of the reference; may exceed 1. Of characters: the CER."""
    mer: float | None
    """Share of all matches, errors included, that are errors (0-1)."""
    wil: float | None
    """Word information lost: 1 - hits²/(words x heard) (Morris et al., Interspeech 2004)."""


def counts(reference: str, hypothesis: str) -> dict[str, Errors]:
    """Errors of one utterance by text form."""
    return count_all([reference], [hypothesis])[0]


# Ch 15 · Model Quality: errors are kept for each utterance and text form, so that any figure can be cut again
def count_all(references: Sequence[str], hypotheses: Sequence[str]) -> list[dict[str, Errors]]:
    """Errors of many utterances by text form, in the order given.

    Raises `ValueError` when there are more of one than of the other.
    """
    by_form = {}
    for name, form in FORMS.items():
        by_form[name] = count_normalised(
            [form.apply(text) for text in references],
            [form.apply(text) for text in hypotheses],
            form.unit,
        )
    return [dict(zip(by_form, each, strict=True)) for each in zip(*by_form.values(), strict=True)]


def count_normalised(
    references: Sequence[str],
    hypotheses: Sequence[str],
    unit: Literal["words", "characters"] = "words",
) -> list[Errors]:
    """Errors of texts that have their form: single spaces, none at the ends.

    For an empty reference jiwer gives a number of insertions where others get a rate, so it is
    not asked: whatever was heard there is insertions.
    """
    if len(references) != len(hypotheses):
        raise ValueError(f"{len(references)} references, but {len(hypotheses)} hypotheses")
    process = jiwer.process_words if unit == "words" else jiwer.process_characters
    asked = [i for i, reference in enumerate(references) if reference]
    found = [Errors(0, 0, 0, _units(hypothesis, unit)) for hypothesis in hypotheses]
    if asked:
        output = process([references[i] for i in asked], [hypotheses[i] for i in asked])
        for i, chunks in zip(asked, output.alignments, strict=True):
            found[i] = _errors(_units(references[i], unit), chunks)
    return found


def rates(errors: Iterable[Errors]) -> Rates:
    """WER, MER and WIL of all utterances together: long ones weigh more than short ones.

    Words heard where the reference has none are insertions here as well, and `without_words` lists
    those utterances. Recordings without any speech belong to `evaluation.metrics.hallucination`.
    """
    of = pool(errors)
    matches = of.hits + of.total
    if not of.words:
        return Rates(None, None, None)
    kept = of.hits**2 / (of.words * of.heard) if of.heard else 0.0
    return Rates(of.total / of.words, of.total / matches, 1.0 - kept)


def without_words(counted: Sequence[Mapping[str, Errors]], form: str = "english") -> list[int]:
    """Positions of the utterances whose reference has nothing to count in a form.

    Fillers ("um") and remarks in brackets are no words of the `english` form. Such utterances
    cannot lower a rate, only raise it, so they are named wherever one is given.
    """
    return [i for i, by_form in enumerate(counted) if by_form[form].words == 0]


def _units(text: str, unit: Literal["words", "characters"]) -> int:
    return len(text.split()) if unit == "words" else len(text)


def _errors(units: int, chunks: Sequence[jiwer.AlignmentChunk]) -> Errors:
    substitutions = deletions = insertions = 0
    for chunk in chunks:
        if chunk.type == "substitute":
            substitutions += chunk.ref_end_idx - chunk.ref_start_idx
        elif chunk.type == "delete":
            deletions += chunk.ref_end_idx - chunk.ref_start_idx
        elif chunk.type == "insert":
            insertions += chunk.hyp_end_idx - chunk.hyp_start_idx
    return Errors(units, substitutions, deletions, insertions)
