"""Figures of a system on a corpus, each with an interval, for everybody and by group."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from scipy.special import stdtrit

from evaluation.metrics.glossary import TermHits, terms
from evaluation.report.figures import charged, comparable, fields_of
from evaluation.runs.format import Run, Utterance
from evaluation.scoring import score
from evaluation.statistics.bootstrap import FEWEST_BLOCKS, interval, resample, standard_error
from evaluation.statistics.draws import by_block, codes
from evaluation.statistics.table import independent

Counts = tuple[float, float]
"""Wrong, of how many."""
Measure = Callable[[Run], dict[str, Counts]]
"""Counts of each utterance, by its id."""
GROUPS: Final = ("gender", "accent", "synthesiser", "speaker")
MOST_VALUES: Final = 12
SHARES: Final = ("terms_missed", "unseen_terms_missed", "inexact")
"""Figures that no system can get above one; those of words can, as words may be invented."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure; `version.json` has it in this form."""

    system: str
    corpus: str
    metric: str
    group: Mapping[str, str] | None
    value: float | None
    low: float | None = None
    high: float | None = None
    words: int | None = None
    speakers: int | None = None

    def told(self) -> dict[str, Any]:
        return asdict(self)


def by_form(form: str) -> Measure:
    """Errors and units of a text form: `english` words, `letters`."""

    def measure(run: Run) -> dict[str, Counts]:
        return {u.id: (u.counts[form].total, u.counts[form].words) for u in _said(run)}

    return measure


def inexact(run: Run) -> dict[str, Counts]:
    """Utterances in which any letter or digit is wrong."""
    return {u.id: (float(u.counts["letters"].total > 0), 1.0) for u in _said(run)}


def missed(glossary: Sequence[str]) -> Measure:
    """Terms that were said and not heard."""

    def measure(run: Run) -> dict[str, Counts]:
        return {id_: (h.missed, h.said) for id_, h in _hits(run, glossary).items() if h.said}

    return measure


def invented(glossary: Sequence[str]) -> Measure:
    """Terms that were heard and not said, by the words of the reference."""

    def measure(run: Run) -> dict[str, Counts]:
        words = {u.id: u.counts["english"].words for u in _said(run)}
        return {id_: (h.false_insertions, words[id_]) for id_, h in _hits(run, glossary).items()}

    return measure


def _hits(run: Run, glossary: Sequence[str]) -> dict[str, TermHits]:
    said = _said(run)
    found = terms([u.reference for u in said], [u.hypothesis for u in said], glossary)
    return {
        u.id: TermHits(
            sum(h.said for h in hits.values()),
            sum(h.heard for h in hits.values()),
            sum(h.hits for h in hits.values()),
        )
        for u, hits in zip(said, found.utterances, strict=True)
    }


def _said(run: Run) -> list[Utterance]:
    return [u for u in charged(comparable(run)).utterances if u.reference.strip() and u.counts]


def metrics(system: str, run: Run, name: str, measure: Measure) -> Iterator[Metric]:
    """The figure for everybody, and for each group with a few utterances."""
    counts, said = measure(run), {u.id: u for u in _said(run)}
    yield _metric(system, run, name, None, counts, said)
    fields = fields_of(run)
    for field in GROUPS:
        values = {_field(fields, said, field, id_) for id_ in counts}
        if None in values or not 2 <= len(values) <= MOST_VALUES:
            continue
        for value in sorted(str(v) for v in values):
            mine = {i: c for i, c in counts.items() if _field(fields, said, field, i) == value}
            yield _metric(system, run, name, {field: value}, mine, said)


def _field(
    fields: Mapping[str, Mapping[str, str]], said: Mapping[str, Utterance], field: str, id_: str
) -> str | None:
    return said[id_].speaker if field == "speaker" else fields.get(id_, {}).get(field)


def _metric(
    system: str,
    run: Run,
    name: str,
    group: Mapping[str, str] | None,
    counts: Mapping[str, Counts],
    said: Mapping[str, Utterance],
) -> Metric:
    wrong = [c[0] for c in counts.values()]
    of = [c[1] for c in counts.values()]
    speakers = len({said[id_].speaker for id_ in counts} - {None})
    if not sum(of):
        return Metric(system, run.corpus, name, group, None)
    blocks, _ = independent([said[id_] for id_ in counts])
    found = interval(wrong, of, blocks)
    high = found.high
    if high is not None and name in SHARES:
        high = min(high, 1.0)  # few voices that differ make an interval that knows no end
    return Metric(
        system, run.corpus, name, group, found.value, found.low, high, int(sum(of)), speakers
    )


@dataclass(frozen=True, slots=True)
class Change:
    """A rate of one system minus that of another on the same utterances."""

    value: float
    low: float | None
    high: float | None
    level: float
    of: int

    def shown(self) -> str:
        text = f"{100 * self.value:+.2f} points"
        if self.low is not None and self.high is not None:
            text += f" ({100 * self.low:+.2f} to {100 * self.high:+.2f} at {self.level:.0%})"
        return text


def change(
    pairs: Sequence[tuple[Run, Run]], measure: Measure, level: float = 0.95
) -> Change | None:
    """Of pooled corpora: first minus second of each pair. None when nothing was said in them.

    Blocks are speakers, or the sentences of a corpus with one speaker; words of a block are drawn
    together (as in `evaluation.statistics.paired`).
    """
    more: list[float] = []
    of: list[float] = []
    blocks: list[str] = []
    for first, second in pairs:
        a, b = measure(first), measure(second)
        said = {u.id: u for u in _said(first)}
        shared = [id_ for id_ in a if id_ in b]
        names, _ = independent([said[id_] for id_ in shared])
        more += [a[id_][0] - b[id_][0] for id_ in shared]
        of += [a[id_][1] for id_ in shared]
        blocks += [f"{first.corpus}/{name}" for name in names]
    if not sum(of):
        return None
    count, index = codes(blocks)
    top, bottom = by_block(more, index, count), by_block(of, index, count)
    if count < FEWEST_BLOCKS:
        return Change(float(top.sum() / bottom.sum()), None, None, level, int(sum(of)))
    drawn = resample(top, bottom)
    spread = standard_error(np.asarray(drawn.drawn - drawn.value), count)
    reach = float(stdtrit(count - 1, 0.5 + level / 2)) * spread
    return Change(drawn.value, drawn.value - reach, drawn.value + reach, level, int(sum(of)))


def flips(pairs: Sequence[tuple[Run, Run]], form: str = "english") -> tuple[int, int, int]:
    """Utterances that the second got right and the first does not; the other way; how many."""
    worse = better = of = 0
    for first, second in pairs:
        a, b = by_form(form)(first), by_form(form)(second)
        for id_ in a:
            if id_ in b:
                of += 1
                worse += a[id_][0] > 0 == b[id_][0]
                better += b[id_][0] > 0 == a[id_][0]
    return worse, better, of


def nonspeech(run: Run) -> dict[str, Any] | None:
    """Words a minute where nobody speaks, with an upper bound."""
    found: dict[str, Any] | None = score(run, by=[])["nonspeech"]
    return found


def word_times(run: Run) -> float | None:
    """Mean distance of a word's beginning from where it is, in seconds."""
    found = score(run, by=[])["word_times"]
    return None if not found or found["start_mae_s"] is None else float(found["start_mae_s"])


def calibration(run: Run) -> float | None:
    """Expected calibration error of the words' probabilities."""
    found = score(run, by=[])["calibration"]
    return None if found is None else float(found["ece"])
