"""The figures of a run, computed again from its utterances, with failures counted against it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from evaluation.metrics.counts import counts
from evaluation.metrics.texts import recorded
from evaluation.runs.assemble import counted
from evaluation.runs.format import BadRun, Run
from evaluation.scoring import By, score


def summary(run: Run, by: By | None = None) -> dict[str, Any]:
    """The summary of what the run heard. What the file says of itself is not trusted."""
    return score(comparable(run), by)


def charged(run: Run) -> Run:
    """The run with every word of a failed recording counted as missed.

    Otherwise a model that fails on what is difficult would look better than one that tries.
    """
    failed = {recording.id for recording in run.failed}
    if not failed:
        return run
    run = comparable(run)
    return replace(
        run,
        utterances=tuple(
            replace(each, hypothesis="", words=(), counts=counts(each.reference, ""))
            if each.recording in failed
            else each
            for each in run.utterances
        ),
    )


def comparable(run: Run) -> Run:
    """The run with counts of the present normaliser; old counts are made anew from the texts."""
    failed = frozenset(recording.id for recording in run.failed)
    if recorded().items() <= run.versions.items() and all(
        each.counts or each.recording in failed for each in run.utterances
    ):
        return run
    return replace(
        run,
        versions={**run.versions, **recorded()},
        utterances=tuple(counted(run.utterances, failed)),
    )


def fields_of(run: Run) -> dict[str, dict[str, str]]:
    """By utterance: what it says of itself before what its recording says."""
    recordings = {recording.id: recording.fields for recording in run.recordings}
    return {
        each.id: {**recordings.get(each.recording, {}), **each.fields} for each in run.utterances
    }


def figure(document: dict[str, Any], path: str) -> Any:
    """The value at a dotted path of a summary; None when it is not there."""
    found: Any = document
    for part in path.split("."):
        if not isinstance(found, dict) or part not in found:
            return None
        found = found[part]
    return found


def require_utterances(run: Run) -> Run:
    """Raises `BadRun` for a run in which nothing can be looked at."""
    if not run.utterances:
        raise BadRun(f"{run.name} has no utterances: there is nothing to score.")
    return run
