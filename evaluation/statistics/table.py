"""Utterances as columns: errors, words, who spoke, what is known of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from evaluation.runs.format import Recording, Run, Utterance
from evaluation.statistics.draws import Codes, Floats

Blocks = Literal["speakers", "recordings", "utterances"]
UNKNOWN: Final = -1
MEASURES: Final = ("snr_db", "duration_s", "words")
EDGES: Final[Mapping[str, tuple[float, ...]]] = {
    "snr_db": (10, 20, 30, 40),
    "duration_s": (3, 6, 12, 24),
    "words": (5, 10, 20),
    "age": (13, 18, 40, 60),
}
"""Where numbers are cut into groups; any other field of numbers is cut at its quartiles."""
_UNITS: Final = {"snr_db": " dB", "duration_s": " s", "words": " words", "age": " years"}
_MANY: Final = 10
"""A field with more different values than this, all of them numbers, is cut."""


class UnknownField(ValueError):
    """A group was asked for that the corpus knows nothing of; the message lists what it knows."""


@dataclass(frozen=True, slots=True)
class Field:
    """The groups of a field, in the order to show them, and the group of every utterance."""

    groups: tuple[tuple[str, ...], ...]
    codes: Codes
    """-1: nothing is known of this utterance. That is no group; it is counted."""


@dataclass(frozen=True, slots=True)
class Table:
    """One entry an utterance in every column."""

    errors: Floats
    words: Floats
    blocks: NDArray[np.str_]
    """Names of what is independent: speakers where they are known."""
    blocks_are: Blocks = "speakers"
    fields: Mapping[str, NDArray[np.str_]] = field(default_factory=dict)
    """"" where it is not known."""
    measures: Mapping[str, Floats] = field(default_factory=dict)
    """Numbers of a recording, such as `snr_db` and `duration_s`; NaN where not known."""
    delivered: NDArray[np.bool_] | None = None
    """Whether the utterance could go out without a human pass."""

    def __post_init__(self) -> None:
        columns = [self.words, self.blocks, *self.fields.values(), *self.measures.values()]
        if any(len(column) != len(self.errors) for column in columns):
            raise ValueError("every column of the table must have one entry an utterance")

    def field(self, name: str) -> Field:
        """The groups of one field; numbers are cut. Raises `UnknownField`."""
        if name in self.measures:
            return _cut(name, self.measures[name])
        if name not in self.fields:
            known = ", ".join(sorted({*self.fields, *self.measures})) or "nothing but the words"
            raise UnknownField(f"Nothing is known of “{name}” here. There is: {known}.")
        column = self.fields[name]
        numbers = _numbers(column)
        if numbers is not None and (name in EDGES or len(np.unique(column)) > _MANY):
            return _cut(name, numbers)
        values = [str(value) for value in np.unique(column) if value]
        position = {value: code for code, value in enumerate(values)}
        found = [position.get(str(value), UNKNOWN) for value in column]
        return Field(tuple((value,) for value in values), np.array(found, dtype=np.intp))

    def crossing(self, names: Sequence[str]) -> Field:
        """The groups of several fields together; unknown where any of them is."""
        if not names:
            raise UnknownField("Name at least one field to group by.")
        parts = [self.field(name) for name in names]
        crossed = tuple(
            tuple(value for values in combination for value in values)
            for combination in product(*(part.groups for part in parts))
        )
        code = np.zeros(len(self.errors), dtype=np.intp)
        known = np.ones(len(self.errors), dtype=bool)
        for part in parts:
            code = code * len(part.groups) + part.codes
            known &= part.codes != UNKNOWN
        return Field(crossed, np.where(known, code, UNKNOWN))


def table(run: Run, form: str = "english", delivered: Sequence[bool] | None = None) -> Table:
    """The utterances of a run in one text form; those whose reference has no words are left out.

    `delivered`: one entry for each of `run.utterances`. What an utterance says of itself counts
    before what its recording says. Utterances that were not scored in this form are left out.
    """
    if delivered is not None and len(delivered) != len(run.utterances):
        raise ValueError("`delivered` must have one entry an utterance of the run")
    recordings = {recording.id: recording for recording in run.recordings}
    kept = [
        (place, each, recordings.get(each.recording))
        for place, each in enumerate(run.utterances)
        if form in each.counts and each.counts[form].words > 0
    ]
    blocks, blocks_are = independent([each for _, each, _ in kept])
    rows = [{**(known.fields if known else {}), **each.fields} for _, each, known in kept]
    names = sorted({name for row in rows for name in row})
    words = np.array([each.counts[form].words for _, each, _ in kept], dtype=np.float64)
    return Table(
        errors=np.array([each.counts[form].total for _, each, _ in kept], dtype=np.float64),
        words=words,
        blocks=np.array(blocks, dtype=np.str_),
        blocks_are=blocks_are,
        fields={
            name: np.array([_known(row.get(name)) for row in rows], dtype=np.str_) for name in names
        },
        measures={
            "snr_db": np.array([_snr_db(known) for _, _, known in kept], dtype=np.float64),
            "duration_s": np.array([each.duration_s or math.nan for _, each, _ in kept]),
            "words": words,
        },
        delivered=None
        if delivered is None
        else np.array([delivered[place] for place, _, _ in kept], dtype=bool),
    )


def independent(utterances: Sequence[Utterance], fewest: int = 5) -> tuple[list[str], Blocks]:
    """What to draw as one, for each utterance: its speaker, else its recording, else itself.

    Speakers when all are known and there are at least `fewest`; a single long recording of one
    person has only its sentences, and then nothing is said about other people.
    """
    speakers = [each.speaker for each in utterances]
    if None not in speakers and len(set(speakers)) >= fewest:
        return [str(speaker) for speaker in speakers], "speakers"
    recordings = [each.recording for each in utterances]
    if len(set(recordings)) >= fewest:
        return recordings, "recordings"
    return [each.id for each in utterances], "utterances"


def _known(value: object) -> str:
    text = "" if value is None else str(value).strip()
    return "" if text.lower() in ("unknown", "none", "nan") else text


def _snr_db(recording: Recording | None) -> float:
    snr_db = recording.snr_db if recording else None
    return math.nan if snr_db is None else snr_db


def _numbers(column: Iterable[object]) -> Floats | None:
    """The column as numbers, NaN where empty; None when it has other text."""
    try:
        return np.array([float(str(value)) if value else math.nan for value in column])
    except ValueError:
        return None


def _cut(name: str, numbers: Floats) -> Field:
    """Groups by magnitude, from below; only those that occur."""
    known = np.isfinite(numbers)
    edges = EDGES.get(name) or tuple(np.unique(np.quantile(numbers[known], [0.25, 0.5, 0.75])))
    place = np.searchsorted(edges, numbers, side="right")
    found = [int(each) for each in np.unique(place[known])]
    label = {each: (_label(each, edges, _UNITS.get(name, "")),) for each in found}
    position = {each: code for code, each in enumerate(found)}
    codes = [position[int(each)] if ok else UNKNOWN for each, ok in zip(place, known, strict=True)]
    return Field(tuple(label.values()), np.array(codes, dtype=np.intp))


def _label(place: int, edges: Sequence[float], unit: str) -> str:
    if place == 0:
        return f"below {edges[0]:g}{unit}"
    if place == len(edges):
        return f"{edges[-1]:g}{unit} and above"
    return f"{edges[place - 1]:g} to {edges[place]:g}{unit}"
