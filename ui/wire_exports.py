"""The formats of exports as the front ends read them: `GET /v1/exports` and its report."""

from __future__ import annotations

from ui.wire import Wire


class Value(Wire):
    value: str
    label: str


class Option(Wire):
    """A query parameter of an export and what may be chosen."""

    name: str
    label: str
    values: list[Value]


class Preset(Wire):
    name: str
    label: str
    options: dict[str, str]


class Format(Wire):
    name: str
    label: str
    kind: str
    about: str
    suffix: str
    binary: bool
    report: bool
    presets: list[Preset]
    options: list[Option]


class Formats(Wire):
    items: list[Format]
    filler_languages: list[str]
    number_languages: list[str]


class Report(Wire):
    """How many cues of subtitles keep every rule."""

    cues: int
    kept: int
    counts: dict[str, int]
