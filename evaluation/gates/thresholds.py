"""`thresholds.toml`: what a run must meet, with who answers for it, since when and why."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from evaluation.runs.format import CLEAN, Run

REVIEWED = Path(__file__).parents[1] / "thresholds.toml"


class BadThresholds(Exception):
    """The file cannot be used; the message says which entry and why."""


class Threshold(BaseModel):
    """One bound. Rates are fractions; `*` stands for any."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    corpus: str
    model: str = "*"
    mode: str = "*"
    condition: str = CLEAN
    metric: str = "wer.english"
    """A path in the summary: `wer.english`, `failed`, `nonspeech.words_a_minute`, `speed.rtfx` …"""
    group: dict[str, str] = {}
    """The metric is that of a group: {"gender" = "female"}. `wer.english` only."""
    max: float | None = None
    min: float | None = None
    on: Literal["value", "low", "high"] = "value"
    """Which end of the interval the bound is held against."""
    worse_by: Annotated[float, Field(ge=0)] | None = None
    """Relative: how many more words may be wrong than in the baseline, as a fraction."""
    against: str | None = None
    """The baseline's name, with {corpus} and {model} filled in; without it `--against` says."""
    demand: Literal["no proven harm", "proven safety"] = "no proven harm"
    """Stop when the whole interval lies beyond `worse_by`, or already when its upper end does."""
    missing: Literal["stops", "passes"] = "stops"
    """What a figure that is not there, or too little data, means."""
    owner: str
    date: date
    reason: str

    @model_validator(mode="after")
    def _one_bound(self) -> Threshold:
        absolute = self.max is not None or self.min is not None
        if absolute == (self.worse_by is not None):
            raise ValueError("give either max and min, or worse_by")
        if self.group and self.metric != "wer.english":
            raise ValueError("groups are judged by wer.english only")
        for text in (self.owner, self.reason):
            if not text.strip():
                raise ValueError("owner and reason must say something")
        return self

    @property
    def relative(self) -> bool:
        return self.worse_by is not None

    def applies(self, run: Run) -> bool:
        """Whether the bound is about this run."""
        asked = (self.corpus, self.model, self.mode, self.condition)
        given = (run.corpus, run.model, run.mode, run.condition)
        return all(want in ("*", have) for want, have in zip(asked, given, strict=True))

    def about(self) -> str:
        """What it is about, for people: corpus, model, mode, condition, group."""
        parts = [self.corpus, self.model, self.mode, self.condition]
        named = [part for part in parts if part not in ("*", CLEAN)]
        return " · ".join([*named, *(f"{key}={value}" for key, value in self.group.items())])


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    threshold: list[Threshold]


def load(path: Path = REVIEWED) -> list[Threshold]:
    """Read the thresholds. Raises `BadThresholds` naming the entry that is wrong."""
    try:
        document = tomllib.loads(path.read_text())
        found = _File.model_validate(document).threshold
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadThresholds(f"{path} cannot be read: {error}") from error
    except ValidationError as error:
        raise BadThresholds(f"{path}: {_first(error, document)}") from error
    if not found:
        raise BadThresholds(f"{path} names no threshold, so that every run would pass.")
    doubled = {each.name for each in found if [t.name for t in found].count(each.name) > 1}
    if doubled:
        raise BadThresholds(f"{path} has two thresholds named {', '.join(sorted(doubled))}.")
    return found


def _first(error: ValidationError, document: dict[str, object]) -> str:
    problem = error.errors()[0]
    where = problem["loc"]
    entries = document.get("threshold")
    if len(where) > 1 and isinstance(where[1], int) and isinstance(entries, list):
        entry = entries[where[1]]
        name = entry.get("name") if isinstance(entry, dict) else None
        field = f", {where[2]}" if len(where) > 2 else ""
        return f"threshold {name or where[1] + 1}{field}: {problem['msg']}"
    return f"{'.'.join(map(str, where))}: {problem['msg']}"
