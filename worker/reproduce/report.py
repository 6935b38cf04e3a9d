"""What to tell: the verdict, the windows that differ, and what is not as it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from app.telemetry.service import machine_class
from worker.reproduce.compare import Compared
from worker.reproduce.recorded import Recorded
from worker.reproduce.rerun import NEVER_HEARD, Rerun
from worker.version import code_version, package_versions

IDENTICAL, DIFFERS, INCOMPLETE = "identical", "differs", "incomplete"


def report(recorded: Recorded, rerun: Rerun, windows: list[Compared]) -> dict[str, Any]:
    """`incomplete`: nothing differs as far as one could look, which was not everywhere."""
    gaps = [w for w in windows if w.problem == NEVER_HEARD]
    differing = [w for w in windows if w.differs]
    not_heard = [w for w in windows if w.problem and not w.differs and w not in gaps]
    identical = len(windows) - len(differing) - len(not_heard) - len(gaps)
    samples = _samples_differ(recorded, rerun)
    verdict = DIFFERS if differing or samples else INCOMPLETE if not_heard else IDENTICAL
    return {
        "id": recorded.id,
        "name": recorded.name,
        "verdict": verdict,
        "samples": DIFFERS if samples else IDENTICAL,
        "windows": len(windows),
        "identical": identical,
        "gaps": len(gaps),
        "differing": [asdict(window) for window in differing],
        "not_heard": [asdict(window) for window in not_heard],
        "conditions": conditions(recorded, rerun),
    }


def _samples_differ(recorded: Recorded, rerun: Rerun) -> bool:
    return recorded.samples_sha256 is not None and recorded.samples_sha256 != rerun.samples_sha256


def conditions(recorded: Recorded, rerun: Rerun) -> list[dict[str, str]]:
    """What is known to be other than it was: the suspects when something differs."""
    # Ch 24 · Versioning, Provenance, and Reproducibility: a difference comes with what had changed
    results = [window.result for window in recorded.windows if window.result]
    ours = rerun.context.settings
    streams = str(rerun.streams)
    found = [
        _condition(
            "code", [recorded.code_version, *_told(results, "code_version")], code_version()
        ),
        _condition("machine", _told(results, "machine"), machine_class()),
        _condition("streams", _told(results, "streams"), streams),
    ]
    asked = rerun.changes.compute_type
    if asked is not None:
        found.append(_condition("compute type", _told(results, "compute_type"), asked))
    elif any("compute_type" not in result for result in results):
        found.append(_condition("compute type", ["not recorded"], ours.compute_type))
    forced = rerun.changes.instructions
    if forced is not None:
        found.append(_condition("instructions", ["the best of the processor"], forced))
    packages = package_versions()
    for name in packages:
        then = [result.get("packages", {}).get(name) for result in results]
        found.append(_condition(name, then, packages[name]))
    return [condition for condition in found if condition is not None]


def _told(results: list[dict[str, Any]], name: str) -> list[Any]:
    return [result.get(name) for result in results]


def _condition(what: str, then: Iterable[Any], now: str) -> dict[str, str] | None:
    """None when it was always as it is now. Changed code is never known to be the same."""
    others = sorted({str(value) for value in then if value is not None} - {now})
    if what == "code" and now.endswith("+") and not others:
        others = [f"{now}, with changes that were not committed"]
    return {"what": what, "then": ", ".join(others), "now": now} if others else None
