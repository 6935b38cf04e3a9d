"""Which utterances to show: groups, search, order, and the place where a page begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.cursors import decoded, encoded
from app.errors import BadRequest, Unprocessable
from app.quality import lines
from app.quality.documents import Counts, RunFile, UtteranceRow
from app.quality.files import Version


class Order(StrEnum):
    """In which order utterances are listed."""

    WORST = "worst"
    """The most errors first."""
    SHARE = "share"
    """The largest share of errors first."""
    UNSURE = "unsure"
    """The least probable words first: what the model itself doubts."""
    CORPUS = "corpus"
    """As they stand in the corpus."""


class Form(StrEnum):
    """The text form in which errors are counted."""

    RAW = "raw"
    BASIC = "basic"
    ENGLISH = "english"
    CHARACTERS = "characters"
    LETTERS = "letters"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for."""

    order: Order
    form: Form
    groups: Sequence[tuple[str, str]]
    search: str


NOTHING: Final[Counts] = (0, 0, 0, 0)
Picked = list[tuple[UtteranceRow, dict[str, str]]]


def pick(run: RunFile, wanted: Wanted) -> Picked:
    """The utterances asked for, in order. Raises `Unprocessable` for a field there is not."""
    rows = list(lines.with_fields(run))
    known = {name for _, fields in rows for name in fields}
    for name, _ in wanted.groups:
        if name not in known:
            raise Unprocessable(
                code="unknown_group",
                detail=f"Nothing in this run has a field {name!r:.80}; there are"
                f" {', '.join(sorted(known)) or 'none'}.",
            )
    sought = wanted.search.casefold().strip()
    chosen = [
        (utterance, fields)
        for utterance, fields in rows
        if all(fields.get(name) == value for name, value in wanted.groups)
        and (not sought or sought in _searched(utterance))
    ]
    return sorted(chosen, key=lambda row: _place(wanted.order, row[0], wanted.form))


def _searched(utterance: UtteranceRow) -> str:
    return "\n".join((utterance.id, utterance.reference, utterance.hypothesis)).casefold()


def counted(utterance: UtteranceRow, form: Form) -> Counts:
    """Units, substitutions, deletions, insertions.

    What was never transcribed has no counts in the run; all that was said in it is missing then.
    """
    if utterance.counts:
        return utterance.counts.get(form, NOTHING)
    words = len(utterance.reference.split())
    return words, 0, words, 0


def errors(utterance: UtteranceRow, form: Form) -> int:
    """Substituted, missing and inserted units."""
    return sum(counted(utterance, form)[1:])


def _share(utterance: UtteranceRow, form: Form) -> float:
    return errors(utterance, form) / max(counted(utterance, form)[0], 1)


def _certainty(utterance: UtteranceRow) -> float:
    """Mean probability of its words; one without any is not doubted."""
    known = [word[3] for word in utterance.words if word[3] is not None]
    return sum(known) / len(known) if known else 2.0


def _place(order: Order, row: UtteranceRow, form: Form) -> tuple[float, ...]:
    """Sorting by it keeps the order of the corpus among equals."""
    match order:
        case Order.WORST:
            return (-errors(row, form), -_share(row, form))
        case Order.SHARE:
            return (-_share(row, form), -errors(row, form))
        case Order.UNSURE:
            return (_certainty(row),)
        case Order.CORPUS:
            return ()


def cursor(start: int, version: Version) -> str:
    """Where the following page begins in this very file."""
    return encoded(start, *version)


def start_of(given: str | None, version: Version) -> int:
    """Raises `BadRequest` for a cursor that is not ours or of a file that was replaced."""
    if not given:
        return 0
    start, of = decoded(given, _start)
    if of != version:
        raise BadRequest(
            code="run_changed",
            detail="The run was made anew since the first page was shown. Nothing is lost; begin"
            " again without the cursor.",
        )
    return start


def _start(start: int, *of: object) -> tuple[int, tuple[object, ...]]:
    if not isinstance(start, int) or isinstance(start, bool) or start < 0:
        raise ValueError(start)
    return start, of
