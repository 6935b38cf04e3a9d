"""A recording heard again, and two transcripts of it beside each other, as the API says it."""

from __future__ import annotations

from ui.wire import Wire


class Span(Wire):
    """Words that belong together; `difference` is an index, None: both sides say it."""

    text: str
    difference: int | None = None


class Passage(Wire):
    """Some sentences of both transcripts, of the same time."""

    start: float
    end: float
    text: list[Span]
    other: list[Span]
    corrected: bool
    other_corrected: bool


class Place(Wire):
    """Where they are not the same."""

    start: float
    end: float
    text: str
    other: str


class Beside(Wire):
    id: str
    other: str
    words: int
    other_words: int
    agreement: float
    passages: list[Passage]
    differences: list[Place]


class Applied(Wire):
    source: str
    segment: str
    start: float
    text: str


class Left(Wire):
    """A correction that is not applied by itself, beside what stands there."""

    source: str
    start: float
    end: float
    text: str
    other: str
    takeable: bool
    reason: str


class CarryPlan(Wire):
    applied: list[Applied]
    left: list[Left]
    etag: str


class Carried(CarryPlan):
    revision: int | None
