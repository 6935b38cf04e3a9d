"""One domain trained several times, with nothing but the seed changed: what is luck in a figure.

A gain that is smaller than the spread of retrainings is no gain, and a word that one of them has
right and the next one wrong will come and go for the customer with every update.
"""

# Ch 24 · Versioning, Provenance, and Reproducibility: the same data and recipe with other seeds, and the words that flip

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import permutations
from typing import Any

from evaluation.adapters.figures import Measure, change, flips, metrics
from evaluation.metrics.alignment import agreeing
from evaluation.metrics.texts import FORMS
from evaluation.runs.format import Run


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure of all retrainings on one corpus."""

    metric: str
    corpus: str
    parent: float | None
    values: tuple[float, ...]
    mean: float
    deviation: float
    """Standard deviation between retrainings."""
    low: float
    high: float
    changes: tuple[dict[str, Any] | None, ...]
    """Each less the parent, with its interval."""


@dataclass(frozen=True, slots=True)
class Flips:
    """Words and utterances that one retraining has right and another one wrong."""

    corpus: str
    words: int
    always_right: int
    never_right: int
    words_that_flip: int
    """Right in some retrainings and wrong in others."""
    utterances: int
    newly_wrong: float
    """Share of utterances that an update from one retraining to another would spoil: the mean over
    all ordered pairs."""
    most_newly_wrong: float
    """The same, of the worst pair."""


def spread(metric: str, parent: Run, runs: Sequence[Run], measure: Measure) -> Spread:
    """Raises `ValueError` for fewer than two retrainings, or a corpus in which nothing was said."""
    values = [_value(metric, run, measure) for run in runs]
    if len(values) < 2 or any(value is None for value in values):
        raise ValueError("A spread needs two retrainings that both heard something.")
    known = [value for value in values if value is not None]
    told = [change([(run, parent)], measure) for run in runs]
    return Spread(
        metric=metric,
        corpus=parent.corpus,
        parent=_value(metric, parent, measure),
        values=tuple(known),
        mean=statistics.mean(known),
        deviation=statistics.stdev(known),
        low=min(known),
        high=max(known),
        changes=tuple(None if each is None else asdict(each) for each in told),
    )


def flipping(runs: Sequence[Run], form: str) -> Flips:
    """Over the words of a text form. Raises `ValueError` for fewer than two retrainings."""
    if len(runs) < 2:
        raise ValueError("Words can flip between two retrainings only.")
    right = [_right(run, form) for run in runs]
    shared = [id_ for id_ in right[0] if all(id_ in each for each in right)]
    counts = [
        sum(position in each[id_][1] for each in right)
        for id_ in shared
        for position in range(right[0][id_][0])
    ]
    spoiled = [_spoiled(a, b, form) for a, b in permutations(runs, 2)]
    return Flips(
        corpus=runs[0].corpus,
        words=len(counts),
        always_right=sum(count == len(runs) for count in counts),
        never_right=sum(count == 0 for count in counts),
        words_that_flip=sum(0 < count < len(runs) for count in counts),
        utterances=len(shared),
        newly_wrong=statistics.mean(spoiled),
        most_newly_wrong=max(spoiled),
    )


def _value(metric: str, run: Run, measure: Measure) -> float | None:
    return next(metrics("", run, metric, measure)).value


def _right(run: Run, form: str) -> dict[str, tuple[int, frozenset[int]]]:
    """By utterance: units of the reference, and the positions of those that were heard."""
    found = {}
    for each in run.utterances:
        said = FORMS[form].units(FORMS[form].apply(each.reference))
        heard = FORMS[form].units(FORMS[form].apply(each.hypothesis))
        if said:
            same = frozenset(position for position, _ in agreeing(said, heard))
            found[each.id] = (len(said), same)
    return found


def _spoiled(before: Run, after: Run, form: str) -> float:
    worse, _, of = flips([(after, before)], form)
    return worse / of if of else 0.0
