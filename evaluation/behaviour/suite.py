"""All checks on one recogniser: observed, held against the tolerances, written down."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from data.audio.decode import Undecodable, decode
from evaluation.behaviour.directions import directions
from evaluation.behaviour.functionality import functionality
from evaluation.behaviour.invariances import invariances
from evaluation.behaviour.tolerances import Tolerance
from evaluation.behaviour.types import BehaviourError, Check, Engine, Observed, Speech
from evaluation.conditions import ConditionError
from evaluation.corpora import Clip
from evaluation.files import write_whole

FORMAT: Final = 1
MOST_CASES: Final = 50


class Status(StrEnum):
    """What came of a check."""

    KEPT = "kept"
    BEYOND = "beyond"
    """A figure is beyond its tolerance, or the recogniser failed on a clip."""
    UNJUDGED = "unjudged"
    """It could not be measured here, or nobody has said what is accepted."""


@dataclass(frozen=True, slots=True)
class Result:
    """One check, its figures, and the verdict."""

    check: Check
    status: Status
    observed: Observed
    tolerance: Tolerance | None
    why: str = ""
    """Which limits are passed, or why there is no verdict."""


def checks() -> list[Check]:
    """All there are, in the order in which they are shown."""
    return [*functionality(), *invariances(), *directions()]


def run(
    engine: Engine,
    clips: Sequence[Speech],
    tolerances: Mapping[str, Tolerance],
    chosen: Iterable[Check],
    progress: Callable[[str], None] | None = None,
) -> list[Result]:
    """Run checks one after the other; one that cannot be run does not keep the others."""
    found = []
    for check in chosen:
        if progress:
            progress(check.name)
        tolerance = tolerances.get(check.name)
        try:
            found.append(judged(check, check.observe(engine, clips), tolerance))
        except (ConditionError, BehaviourError) as error:
            nothing = Observed(0, 0, {})
            found.append(Result(check, Status.UNJUDGED, nothing, tolerance, str(error)))
    return found


# Ch 15 · Model Quality: behaviour is tested like code, by what must hold, not only by an average
def judged(check: Check, observed: Observed, tolerance: Tolerance | None) -> Result:
    """Each figure must have a limit and be within it, and no clip may have failed."""
    if tolerance is None:
        return Result(check, Status.UNJUDGED, observed, None, "no tolerance has been reviewed")
    beyond, unknown = [], []
    if observed.failed:
        beyond.append(f"failed on {observed.failed}")
    for name, value in observed.figures.items():
        limit = tolerance.limits.get(name)
        if limit is None:
            unknown.append(f"no limit for {name}")
        elif value is None:
            unknown.append(f"too little for {name}")
        elif value > limit:
            beyond.append(f"{name} {value:.3f} > {limit:g}")
    if beyond:
        return Result(check, Status.BEYOND, observed, tolerance, ", ".join(beyond))
    if unknown or not observed.figures:
        return Result(check, Status.UNJUDGED, observed, tolerance, ", ".join(unknown))
    return Result(check, Status.KEPT, observed, tolerance)


def exit_code(results: Sequence[Result]) -> int:
    """0 all kept, 1 something beyond its tolerance, 2 something without a verdict."""
    statuses = {result.status for result in results}
    if Status.BEYOND in statuses:
        return 1
    return 2 if Status.UNJUDGED in statuses or not results else 0


def spread(clips: Sequence[Clip], count: int) -> list[Clip]:
    """`count` clips, one of each speaker in turn, so that few clips are many people."""
    by_speaker: dict[str, list[Clip]] = {}
    for clip in clips:
        by_speaker.setdefault(clip.speaker or clip.id, []).append(clip)
    rounds = max(map(len, by_speaker.values()), default=0)
    turns = [
        group[number]
        for number in range(rounds)
        for _, group in sorted(by_speaker.items())
        if number < len(group)
    ]
    return turns[:count]


def speech(clips: Iterable[Clip]) -> tuple[list[Speech], dict[str, str]]:
    """The clips, decoded, and by id why others cannot be.

    Raises `BehaviourError` when there is none that can.
    """
    found: list[Speech] = []
    unreadable: dict[str, str] = {}
    for clip in clips:
        try:
            samples = decode(clip.audio)
        except Undecodable as error:
            unreadable[clip.id] = str(error)
            continue
        found.append(Speech(clip.id, samples, clip.text, clip.speaker or clip.id))
    if not found:
        reasons = "; ".join(f"{name}: {why}" for name, why in list(unreadable.items())[:3])
        raise BehaviourError(f"There is no clip to play. {reasons}".strip())
    return found, unreadable


def document(results: Sequence[Result], header: Mapping[str, Any]) -> dict[str, Any]:
    """The results file: `header`, then for each check

    `check, title, status, why, clips, failed, figures, limits, reason, details, cases` and
    `more_cases` beyond the fifty that are listed; a case has `clip, before, after, note`.
    Figures are fractions (probabilities, shares, error rates) unless their name says otherwise.
    """
    return {
        "format": FORMAT,
        **header,
        "results": [
            {
                "check": each.check.name,
                "title": each.check.title,
                "status": each.status,
                "why": each.why,
                "clips": each.observed.clips,
                "failed": each.observed.failed,
                "figures": {
                    name: None if value is None else round(value, 5)
                    for name, value in each.observed.figures.items()
                },
                "limits": dict(each.tolerance.limits) if each.tolerance else {},
                "reason": each.tolerance.reason if each.tolerance else None,
                "details": dict(each.observed.details),
                "cases": [asdict(case) for case in each.observed.cases[:MOST_CASES]],
                "more_cases": max(0, len(each.observed.cases) - MOST_CASES),
            }
            for each in results
        ],
    }


def save(found: Mapping[str, Any], path: Path) -> None:
    """Write a results file in one step."""
    write_whole(path, json.dumps(found, indent=1, ensure_ascii=False) + "\n")
