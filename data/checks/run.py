"""A corpus checked by all rules, or by some."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

# Imported to be entered into the list of rules
from data.checks import copies, files, hearing, labels, people, schema, wording
from data.checks.corpus import find, home, read
from data.checks.rules import RULES, Evidence, Finding, Rule, Severity, chosen
from data.checks.sounds import listen
from data.checks.transcripts import Transcripts, found, given, how_to_make_them

__all__ = ["RULES", "Outcome", "check"]
_MODULES = (schema, files, hearing, wording, people, copies, labels)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found, by which rules, and which could not be run."""

    corpus: str
    folder: str
    clips: int
    minutes: float
    rules: tuple[str, ...]
    findings: tuple[Finding, ...]
    not_run: dict[str, str]
    """Rules that had nothing to work on, with what to do about it."""
    heard_by: str | None
    seconds: float

    @property
    def errors(self) -> int:
        return sum(finding.severity is Severity.ERROR for finding in self.findings)

    def document(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def check(
    name: str,
    *,
    rules: Iterable[str] = (),
    heard: tuple[Path, Path] | None = None,
    keep: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> Outcome:
    """Check the corpus of that name or path. Raises `CannotCheck`.

    Args:
        rules: names; none for all of them.
        heard: results files of two models; by default those that are found.
        keep: whether figures of files are kept in `LECTERN_HOME` for the next time.
    """
    started = time.monotonic()
    wanted = chosen(rules)
    corpus = read(find(name))
    sounds = {}
    if any(each.hears for each in wanted):
        sounds = listen(
            corpus, home() / "checks" / "soundings.sqlite" if keep else None, progress or _quiet
        )
    transcripts: Transcripts | None = None
    if any(each.compares for each in wanted) and corpus.speech:
        transcripts = given(heard, corpus) if heard else found(corpus)
    evidence = Evidence(corpus, sounds, transcripts)
    able = [each for each in wanted if not (each.compares and corpus.speech and not transcripts)]
    return Outcome(
        corpus=corpus.name,
        folder=str(corpus.folder),
        clips=len(corpus.clips),
        minutes=sum(sounding.duration_s for sounding in sounds.values()) / 60,
        rules=tuple(each.name for each in able),
        findings=tuple(finding for each in able for finding in _look(each, evidence)),
        not_run={e.name: how_to_make_them(corpus.name) for e in wanted if e not in able},
        heard_by=transcripts.models if transcripts else None,
        seconds=time.monotonic() - started,
    )


def _quiet(done: int, of: int) -> None:
    """Nobody is watching."""


def _look(rule: Rule, evidence: Evidence) -> list[Finding]:
    if rule.compares and evidence.transcripts is None:
        return []  # Nobody speaks in this corpus
    return rule.findings(evidence)
