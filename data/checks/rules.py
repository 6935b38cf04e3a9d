"""What a rule is, what it finds, and the list of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from data.audio.fingerprint import similar
from data.checks.corpus import CannotCheck, Corpus
from data.checks.sounds import Sounding
from data.checks.transcripts import Transcripts

SAME_SOUND: Final = 0.8
"""Correlation of loudness in bands. Re-encodings of the corpora here have 0.82 and more, two
readings of one sentence by one voice up to 0.72."""


class Severity(StrEnum):
    """How bad it is when the rule is right."""

    ERROR = "error"
    """Figures made with this corpus are wrong."""
    WARNING = "warning"
    """Look at it: a clip is unusual, and may be broken."""
    NOTE = "note"
    """To be known when figures are read."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong."""

    rule: str
    severity: Severity
    clips: tuple[str, ...]
    message: str


@dataclass(frozen=True)
class Evidence:
    """All that rules may look at."""

    corpus: Corpus
    sounds: Mapping[int, Sounding]
    """By line of the manifest; lines whose file cannot be reached are not in it."""
    transcripts: Transcripts | None = None
    """What two models heard."""

    @cached_property
    def alike(self) -> list[tuple[int, int, float]]:
        """Pairs of lines with the same recording behind them, and how alike they sound, 0-1."""
        prints = {line: each.print for line, each in self.sounds.items() if each.print is not None}
        lines = list(prints)
        found = similar(list(prints.values()), SAME_SOUND)
        return [(lines[a], lines[b], likeness) for (a, b), likeness in sorted(found.items())]


Hit = tuple[Iterable[str], str] | tuple[Iterable[str], str, Severity]
"""Clips and message; the severity where it is not that of the rule."""


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    severity: Severity
    finds: str
    why: str
    look: Callable[[Evidence], Iterable[Hit]]
    hears: bool = False
    """Whether the files must have been decoded."""
    compares: bool = False
    """Whether transcripts of two models are needed."""

    def findings(self, evidence: Evidence) -> list[Finding]:
        return [
            Finding(self.name, hit[2] if len(hit) == 3 else self.severity, tuple(hit[0]), hit[1])
            for hit in self.look(evidence)
        ]


RULES: dict[str, Rule] = {}


def rule(
    name: str,
    severity: Severity,
    *,
    finds: str,
    why: str,
    hears: bool = False,
    compares: bool = False,
) -> Callable[[Callable[[Evidence], Iterable[Hit]]], Callable[[Evidence], Iterable[Hit]]]:
    """Enter a function into `RULES`."""

    def enter(look: Callable[[Evidence], Iterable[Hit]]) -> Callable[[Evidence], Iterable[Hit]]:
        if name in RULES:
            raise ValueError(f"there are two rules {name!r}")
        RULES[name] = Rule(name, severity, finds, why, look, hears, compares)
        return look

    return enter


def chosen(names: Iterable[str]) -> list[Rule]:
    """The rules of these names, all for none. Raises `CannotCheck` for a name there is not."""
    wanted = list(dict.fromkeys(names))
    unknown = [name for name in wanted if name not in RULES]
    if unknown:
        raise CannotCheck(
            f"There is no rule {', '.join(map(repr, unknown))}. There are: {', '.join(RULES)}."
        )
    return [RULES[name] for name in wanted] if wanted else list(RULES.values())
