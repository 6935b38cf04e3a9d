"""Records of model versions, as `version.json` has them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from data.domains.record import VersionRecord


def record(name: str, *, passed: bool = True, **more: Any) -> VersionRecord:
    """A record whose adapter's sum is that of `name`."""
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    verdict = {"name": "guard_wer", "status": "met", "measured": "+0.10", "limit": "at most 0.005"}
    if not passed:
        verdict |= {"status": "not met", "measured": "+3.00 points"}
    told = {
        "domain": "ruby",
        "parent": {"name": "whisper-base", "sha256": "d" * 64},
        "adapter": {"sha256": sha256, "bytes": 1_974_128, "rank": 16, "alpha": 32.0,
                    "strength": 0.55, "tensors": 72},
        "data": {"glossary.csv": "a" * 64},
        "code": {"commit": "abc", "version": "0.1"},
        "seed": 0,
        "machine": "somewhere",
        "made_at": datetime(2026, 11, 24, tzinfo=UTC),
        "licence": "ours",
        "metrics": [
            {"system": "parent", "corpus": "ruby-test", "metric": "wer", "value": 0.31,
             "low": 0.25, "high": 0.38},
            {"system": "adapter", "corpus": "ruby-test", "metric": "wer", "value": 0.1234,
             "low": 0.1, "high": 0.15},
            {"system": "adapter", "corpus": "ruby-test", "metric": "wer",
             "group": {"gender": "female"}, "value": None},
        ],
        "gate": {"passed": passed, "verdicts": [verdict]},
    }  # fmt: skip
    return VersionRecord.model_validate({**told, **more})


def judged(name: str, *, passed: bool = True, after: float = 0.12, **more: Any) -> VersionRecord:
    """A record with all that a judged adapter has: rungs, groups, strengths, losses, verdicts."""
    metrics = [
        _metric(system, "ruby-test", "terms_missed", value)
        for system, value in (
            ("parent", 0.31),
            ("glossary", 0.2),
            ("adapter", after),
            ("all", 0.08),
        )
    ]
    metrics += [
        _metric(system, "ruby-test", "terms_missed", value, group={field: group})
        for system, shift in (("parent", 0.31), ("adapter", after))
        for field, groups in (("gender", ("female", "male")), ("synthesiser", ("kokoro", "piper")))
        for group, value in zip(groups, (shift + 0.02, shift - 0.02), strict=True)
    ]
    metrics += [_metric("adapter", "ruby-test", "terms_missed", None, group={"gender": "other"})]
    metrics += [
        _metric(system, corpus, "wer", value)
        for corpus, values in (
            ("librispeech-test-other", (0.142, 0.145)),
            ("longform-lj003", (0.09, 0.09)),
        )
        for system, value in zip(("parent", "adapter"), values, strict=True)
    ]  # fmt: skip
    told = {
        "metrics": metrics,
        "gate": {"passed": passed, "verdicts": _verdicts(passed)},
        "pareto": [
            {"strength": s, "target": 0.31 - 0.2 * s, "guard": 0.142 + 0.01 * s * s,
             "chosen": s == 0.55}
            for s in (0.0, 0.25, 0.4, 0.55, 0.7, 0.85, 1.0)
        ],
        "curves": [
            {"step": step, "epoch": step / 20, "train_loss": 2.0 / (1 + step / 10),
             "dev_loss": 2.1 / (1 + step / 12) if step % 20 == 0 else None}
            for step in range(5, 105, 5)
        ],
        "seconds": {"collect": 0.4, "speech": 412.0, "encode": 160.0, "train": 271.0,
                    "choose": 190.0, "evaluate": 533.0},
        "data": {"glossary.csv": "a" * 64, "sentences/train.txt": "b" * 64,
                 "stage train": "c" * 64},
        "packages": {"python": "3.11", "torch": "2.13.0"},
        "recipe": {"rank": 16, "learning_rate": 0.0003},
        "licence": "CC0-1.0",
        "machine": "a processor, 2 cores, Linux",
    }  # fmt: skip
    return record(name, passed=passed, **{**told, **more})


def _metric(
    system: str, corpus: str, metric: str, value: float | None, **more: Any
) -> dict[str, Any]:
    """With an interval of four points."""
    bounds = {} if value is None else {"low": value - 0.02, "high": value + 0.02}
    told = {"system": system, "corpus": corpus, "metric": metric, "value": value, "words": 900}
    return {**told, **bounds, **more}


def _verdicts(passed: bool) -> list[dict[str, Any]]:
    worse = {"status": "met", "measured": "+0.30 points (-0.20 to +0.80 at 95%)"}
    if not passed:
        worse = {"status": "not met", "measured": "+3.00 points (+1.20 to +4.80 at 95%)"}
    return [
        {"name": "target_better", "status": "met", "limit": "at most 0",
         "measured": "-19.00 points (-24.00 to -14.00 at 95%)"},
        {"name": "guard_wer", "limit": "at most 0.005", **worse},
        {"name": "word_times", "status": "met", "limit": "at most 0.02",
         "measured": "0.071 s, the parent 0.070 s (longform-lj003)"},
        {"name": "speed", "status": "met" if passed else "missing", "limit": "at least 0.95",
         "measured": "0.99 of the parent's 41.2" if passed else "–",
         "note": "" if passed else "nothing here to measure it on"},
    ]  # fmt: skip
