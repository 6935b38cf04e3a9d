"""Figures for the page, small enough to know by heart."""

from __future__ import annotations

from typing import Any

from tests.unit.ui.fake_client import FakeClient
from ui import wire

WER = {"value": 0.104, "low": 0.081, "high": 0.12, "blocks": 10}


def line(
    corpus: str = "readers", model: str = "whisper-base", mode: str = "served", **changed: Any
) -> wire.RunLine:
    """A run in the list: ten of a hundred words wrong."""
    condition = changed.get("condition", "clean")
    name = "--".join([corpus, model, mode] + ([condition] if condition != "clean" else []))
    facts: dict[str, Any] = {
        "name": name,
        "corpus": corpus,
        "model": model,
        "mode": mode,
        "speakers": 10,
        "clips": 100,
        "words": 2000,
        "blocks_are": "speakers",
        "wer": WER,
        "command": f"python -m evaluation run --corpus {corpus} --model {model}",
        "made_at": "2026-11-24T02:00:00Z",
    }
    return wire.RunLine.model_validate(facts | changed)


def cell(name: str, value: float | None, **changed: Any) -> dict[str, Any]:
    """A group; without a value there are too few in it."""
    wer = None if value is None else {"value": value, "low": value - 0.02, "high": value + 0.02}
    facts = {"values": [name], "speakers": 5, "words": 700, "enough": wer is not None, "wer": wer}
    return facts | changed


def whole(run: wire.RunLine, **summary: Any) -> wire.EvaluationRun:
    """A run with its figures."""
    about = {"name": run.corpus}
    facts = run.model_dump() | {"summary": summary, "about": about, "audio_here": True}
    return wire.EvaluationRun.model_validate(facts)


def utterance(number: int, **changed: Any) -> wire.Utterance:
    """`the cat sat` heard as `a cat` with one word in doubt."""
    facts: dict[str, Any] = {
        "id": f"u{number}",
        "speaker": "ann",
        "start": 1.5,
        "end": 3.0,
        "reference": "the cat sat",
        "units": 3,
        "substitutions": 1,
        "deletions": 1,
        "insertions": 0,
        "said": [
            {"word": "the", "mark": "changed"},
            {"word": "cat", "mark": "same"},
            {"word": "sat", "mark": "missing"},
        ],
        "heard": [
            {"word": "a", "mark": "changed", "probability": 0.31},
            {"word": "cat", "mark": "same", "probability": 0.97},
        ],
        "audio": "/v1/quality/runs/r/recordings/x/audio",
    }
    return wire.Utterance.model_validate(facts | changed)


def comparison(a: str, b: str, value: float, better: float) -> wire.Comparison:
    """One changed utterance: `a` heard it right, `b` did not."""
    right = [{"word": "yes", "mark": "same"}]
    wrong = [{"word": "guess", "mark": "changed"}]
    changed = {
        "id": "u1",
        "reference": "yes",
        "errors_a": 0,
        "errors_b": 1,
        "said_a": right,
        "heard_a": right,
        "said_b": wrong,
        "heard_b": wrong,
    }
    return wire.Comparison.model_validate(
        {
            "a": a,
            "b": b,
            "utterances": 40,
            "difference": {"value": value, "low": value - 0.02, "high": value + 0.02},
            "a_better": better,
            "changed": [changed],
        }
    )


def give(fake: FakeClient, *runs: wire.RunLine, pairs: tuple[wire.Comparison, ...] = ()) -> None:
    """Let the client know these runs, with figures where none were given before."""
    fake.measured = wire.Runs(
        runs=list(runs), comparisons=[wire.Pair(a=pair.a, b=pair.b) for pair in pairs]
    )
    fake.compared = {(pair.a, pair.b): pair for pair in pairs}
    for run in runs:
        fake.whole_runs.setdefault(run.name, whole(run))
