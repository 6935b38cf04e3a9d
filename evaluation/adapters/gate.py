"""Figures held against reviewed limits. What could not be measured is not passed."""

# Ch 17 · Pipeline Quality: an adapter is served when every limit is met, and nobody can wave it through

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

LIMITS: Final = Path(__file__).with_name("limits.toml")
MET: Final = "met"
BROKEN: Final = "not met"
MISSING: Final = "missing"


class BadLimits(ValueError):
    """The limits cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Limit:
    name: str
    reason: str
    max: float | None = None
    min: float | None = None

    def text(self) -> str:
        return f"at most {self.max:g}" if self.max is not None else f"at least {self.min:g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """What is held against a limit, and how it is shown."""

    value: float | None
    shown: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    name: str
    status: str
    measured: str
    limit: str
    note: str = ""

    def told(self) -> dict[str, Any]:
        return asdict(self)


def load(path: Path = LIMITS) -> dict[str, Limit]:
    """Raises `BadLimits`."""
    found = {}
    for name, told in tomllib.loads(path.read_text(encoding="utf-8")).items():
        try:
            limit = Limit(name=name, **told)
        except TypeError as error:
            raise BadLimits(f"{path.name}, {name}: {error}") from error
        if (limit.max is None) == (limit.min is None):
            raise BadLimits(f"{path.name}, {name}: one of max and min must be given.")
        found[name] = limit
    return found


def judge(
    limits: Mapping[str, Limit], figures: Mapping[str, Figure], not_asked: Mapping[str, str]
) -> list[Verdict]:
    """A verdict for each limit; `not_asked`: limits that this domain has nothing for, and why."""
    unknown = sorted(set(figures) - set(limits))
    if unknown:
        raise BadLimits(f"There is no limit for {', '.join(unknown)}.")
    return [
        _verdict(limit, figures.get(name))
        for name, limit in limits.items()
        if name not in not_asked
    ]


def passed(verdicts: Sequence[Verdict]) -> bool:
    """Whether all limits are met, and there is at least one."""
    return bool(verdicts) and all(each.status == MET for each in verdicts)


def _verdict(limit: Limit, figure: Figure | None) -> Verdict:
    if figure is None or figure.value is None:
        note = figure.note if figure else "nothing here to measure it on"
        return Verdict(limit.name, MISSING, "–", limit.text(), note)
    held = (limit.max is None or figure.value <= limit.max) and (
        limit.min is None or figure.value >= limit.min
    )
    status = MET if held else BROKEN
    return Verdict(limit.name, status, figure.shown, limit.text(), figure.note)
