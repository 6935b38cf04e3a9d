"""Two runs on the same utterances: which is better, for whom, and how sure we are.

The runs may differ in anything but the corpus: model, mode, condition, code. Utterances both have
are compared; the others are counted with the reason. Every word of a failed recording counts as
missed, so that failing on what is difficult does not pay.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from evaluation.files import write_whole
from evaluation.report.figures import charged, comparable
from evaluation.runs.format import Run, Utterance
from evaluation.scoring import FIELDS
from evaluation.statistics.groups import FEWEST_SPEAKERS, FEWEST_WORDS
from evaluation.statistics.mapsswe import mapsswe
from evaluation.statistics.paired import Difference
from evaluation.statistics.paired import compare as paired
from evaluation.statistics.table import UNKNOWN, Table, UnknownField, independent, table
from evaluation.wer import Errors

FORM: Final = "english"
LISTED: Final = 50
MAXIMUM_VALUES: Final = 12
"""A field with more values is a name, not a group."""


class Incomparable(Exception):
    """The two runs cannot be compared; the message says why."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A difference of rates as a fraction with its 95 % interval; none with few blocks."""

    value: float
    low: float | None
    high: float | None
    blocks: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One group. Without enough speakers and words there is no number."""

    by: tuple[str, ...]
    values: tuple[str, ...]
    utterances: int
    speakers: int
    words: int
    enough: bool
    difference: Interval | None
    a_better: float | None


@dataclass(frozen=True, slots=True)
class Changed:
    """An utterance in which one run has more errors than the other."""

    id: str
    a: str
    b: str
    reference: str
    errors_a: int
    errors_b: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """WER of `a` minus WER of `b`: below zero `a` is better."""

    a: str
    b: str
    corpus: str
    form: str
    utterances: int
    speakers: int
    words: int
    blocks_are: str
    wer_a: float
    wer_b: float
    difference: Interval
    a_better: float
    """Share of the draws in which `a` is better, ties counted half."""
    mapsswe: dict[str, float] | None
    """`z` and two-sided `p` of the matched pairs test; below zero `a` is better."""
    by_group: tuple[Cell, ...]
    utterances_changed: tuple[Changed, ...]
    """Largest changes first."""
    failed: dict[str, int]
    """Recordings that failed in `a` and in `b`; their words count as missed."""
    left_out: dict[str, int]
    """Utterances that could not be compared, by reason."""


@dataclass(frozen=True, slots=True)
class _Pair:
    a: Utterance
    b: Utterance
    first: Errors
    second: Errors

    @property
    def change(self) -> int:
        return self.first.total - self.second.total


def compare(
    a: Run, b: Run, *, by: Sequence[Sequence[str]] | None = None, form: str = FORM
) -> Comparison:
    """Compare two runs of one corpus; `by` are fields or crossings, by default all that group.

    Raises `Incomparable`.
    """
    if a.corpus != b.corpus:
        raise Incomparable(
            f"{a.name} is of the corpus {a.corpus}, {b.name} of {b.corpus}: the same words must"
            " be recognised by both."
        )
    pairs, left_out = _pairs(a, b, form)
    if not pairs:
        reasons = "; ".join(f"{reason}: {number}" for reason, number in left_out.items())
        raise Incomparable(
            f"{a.name} and {b.name} share no utterance with words. Left out: {reasons or 'none'}."
        )
    blocks, blocks_are = independent([pair.a for pair in pairs])
    difference = _difference(pairs, blocks)
    rows = table(replace(a, utterances=tuple(pair.a for pair in pairs)), form)
    fields = by if by is not None else [(name,) for name in group_fields(rows)]
    words = sum(pair.first.words for pair in pairs)
    return Comparison(
        a=a.name,
        b=b.name,
        corpus=a.corpus,
        form=form,
        utterances=len(pairs),
        speakers=len({pair.a.speaker for pair in pairs} - {None}),
        words=words,
        blocks_are=blocks_are,
        wer_a=sum(pair.first.total for pair in pairs) / words,
        wer_b=sum(pair.second.total for pair in pairs) / words,
        difference=_interval(difference),
        a_better=difference.a_better,
        mapsswe=_mapsswe(pairs),
        by_group=tuple(
            cell for field in fields for cell in _cells(pairs, blocks, rows, tuple(field))
        ),
        utterances_changed=tuple(_changed(pairs)),
        failed={"a": len(a.failed), "b": len(b.failed)},
        left_out=left_out,
    )


def group_fields(rows: Table) -> list[str]:
    """The usual fields that divide these utterances."""
    return [
        name
        for name in FIELDS
        if name in rows.fields and 2 <= len(rows.field(name).groups) <= MAXIMUM_VALUES
    ]


def document(comparison: Comparison) -> dict[str, Any]:
    """As it is written into a file."""
    return asdict(comparison)


def save(comparison: Comparison, folder: Path) -> Path:
    """Write `<a>--vs--<b>.json` in one step."""
    path = folder / f"{comparison.a}--vs--{comparison.b}.json"
    write_whole(path, json.dumps(document(comparison), ensure_ascii=False, indent=1) + "\n")
    return path


def _pairs(a: Run, b: Run, form: str) -> tuple[list[_Pair], dict[str, int]]:
    """What both runs heard of the same words, and why the rest is left out."""
    first = {each.id: each for each in charged(comparable(a)).utterances}
    second = {each.id: each for each in charged(comparable(b)).utterances}
    left_out: Counter[str] = Counter()
    pairs = []
    for key in [*first, *(key for key in second if key not in first)]:
        if key not in second:
            left_out[f"only in {a.name}"] += 1
        elif key not in first:
            left_out[f"only in {b.name}"] += 1
        elif first[key].reference != second[key].reference:
            left_out["the references differ"] += 1
        elif form not in first[key].counts or form not in second[key].counts:
            left_out[f"no counts of the form {form}"] += 1
        elif not first[key].counts[form].words:
            left_out["no words in the reference"] += 1
        else:
            one, other = first[key], second[key]
            pairs.append(_Pair(one, other, one.counts[form], other.counts[form]))
    return pairs, dict(left_out)


def _difference(pairs: Sequence[_Pair], blocks: Sequence[str]) -> Difference:
    return paired([pair.first for pair in pairs], [pair.second for pair in pairs], blocks)


def _interval(difference: Difference) -> Interval:
    return Interval(difference.value, difference.low, difference.high, difference.blocks)


def _mapsswe(pairs: Sequence[_Pair]) -> dict[str, float] | None:
    found = mapsswe([pair.first.total for pair in pairs], [pair.second.total for pair in pairs])
    return {"z": found.z, "p": found.p} if found else None


def _cells(
    pairs: Sequence[_Pair], blocks: Sequence[str], rows: Table, by: tuple[str, ...]
) -> Iterator[Cell]:
    """The groups of a field or crossing; whose group is not known belongs to none."""
    try:
        found = rows.crossing(by)
    except UnknownField as error:
        raise Incomparable(str(error)) from error
    for code, values in enumerate(found.groups):
        places = [place for place, each in enumerate(found.codes) if each == code != UNKNOWN]
        if places:
            members = [pairs[place] for place in places]
            yield _cell(by, values, members, [blocks[place] for place in places])


def _cell(
    by: tuple[str, ...], values: tuple[str, ...], members: list[_Pair], blocks: list[str]
) -> Cell:
    speakers = len({pair.a.speaker for pair in members} - {None})
    words = sum(pair.first.words for pair in members)
    enough = speakers >= FEWEST_SPEAKERS and words >= FEWEST_WORDS
    found = _difference(members, blocks) if enough else None
    return Cell(
        by,
        values,
        len(members),
        speakers,
        words,
        enough,
        _interval(found) if found else None,
        found.a_better if found else None,
    )


def _changed(pairs: Sequence[_Pair]) -> list[Changed]:
    ordered = sorted(
        (pair for pair in pairs if pair.change),
        key=lambda pair: (-abs(pair.change), pair.a.id),
    )
    return [
        Changed(
            pair.a.id,
            pair.a.hypothesis,
            pair.b.hypothesis,
            pair.a.reference,
            pair.first.total,
            pair.second.total,
        )
        for pair in ordered[:LISTED]
    ]
