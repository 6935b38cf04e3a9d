"""What a person may choose about a file: one name, a few values, the same words everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

Layout = Literal["paragraphs", "segments", "words"]
Switch = Literal["on", "off"]


@dataclass(frozen=True, slots=True)
class Options:
    """A checked choice; every format reads the fields it knows and no others."""

    layout: Layout = "paragraphs"
    times: Switch = "on"
    speakers: Switch = "on"
    fillers: Literal["keep", "remove"] = "keep"
    numbers: Literal["keep", "digits"] = "keep"
    speed: Literal["17", "20"] = "17"
    """Reading speed of subtitles, characters a second."""
    recording: Switch = "off"
    """Whether a project refers to the recording, which then lies beside it."""
    marked: Switch = "off"
    """Whether the file begins with the mark by which Excel knows UTF-8."""

    def with_values(self, values: Mapping[str, Any]) -> Options:
        """These options with others in their place; the values were checked before."""
        return replace(self, **values)


@dataclass(frozen=True, slots=True)
class Choice:
    """An option as a person sees it: its question, and what may be answered."""

    name: str
    label: str
    values: Mapping[str, str]
    """Value -> its label, in the order in which they are offered."""


CHOICES = {
    each.name: each
    for each in (
        Choice(
            "layout",
            "Divided by",
            {
                "paragraphs": "Turns and long pauses",
                "segments": "Segments",
                "words": "Words",
            },
        ),
        Choice("times", "Times", {"on": "Shown", "off": "Left out"}),
        Choice("speakers", "Names of speakers", {"on": "Shown", "off": "Left out"}),
        Choice(
            "fillers",
            "Fillers such as um and uh",
            {"keep": "Kept: verbatim", "remove": "Left out"},
        ),
        Choice(
            "numbers",
            "Numbers heard as words",
            {"keep": "Kept as words", "digits": "Written as digits"},
        ),
        Choice(
            "speed",
            "Reading speed",
            {"17": "17 characters a second", "20": "20 characters a second"},
        ),
    )
}
"""What may be asked for by name; presets set the rest."""
