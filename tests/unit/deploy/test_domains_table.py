"""The README's tables of domains say what the judgements say, also what was not reached."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from deploy.domains_table import domain_tables


def metric(system: str, name: str, value: float | None, **more: Any) -> dict[str, Any]:
    return {
        "system": system, "corpus": "birds-test", "metric": name, "group": None,
        "value": value, "low": None, "high": None, **more,
    }  # fmt: skip


def judgement(passed: bool) -> dict[str, Any]:
    told = [
        metric("parent", "terms_missed", 0.4, low=0.3, high=0.5),
        metric("adapter", "terms_missed", 0.1, low=0.05, high=0.15),
        metric("adapter", "terms_missed", 0.9, group={"gender": "female"}),
        metric("parent", "wer", 0.07, corpus="general-guard"),
    ]
    limits = [("guard_wer", "met", "+0.10 points"), ("speed", "not met", "0.80 of the parent's")]
    verdicts = [
        {"name": n, "status": "met" if passed else s, "measured": m, "limit": "", "note": ""}
        for n, s, m in limits
    ]
    return {
        "domain": "birds", "parent": "tiny.en", "guard": ["general-guard"], "metrics": told,
        "gate": {"passed": passed, "verdicts": verdicts, "not_asked": {}},
    }  # fmt: skip


def tables(folder: Path, told: dict[str, Any]) -> str:
    (folder / "birds.json").write_text(json.dumps(told))
    return domain_tables(folder)


@pytest.mark.chapter(15)
def test_a_rung_that_was_not_heard_has_no_figure(tmp_path: Path) -> None:
    text = tables(tmp_path, judgement(passed=True))
    row = next(line for line in text.splitlines() if line.startswith("| birds, tiny.en | terms"))
    assert row.endswith("| 40.0 (30.0–50.0) | – | – | 10.0 (5.0–15.0) | – |")
    assert "90.0" not in text, "a group is no headline"
    assert "words wrong | 7.0" not in text, "general speech is no field"


@pytest.mark.chapter(15)
def test_what_was_not_reached_is_named(tmp_path: Path) -> None:
    text = tables(tmp_path, judgement(passed=False))
    assert "| not passed: speed |" in text
    assert "speed: 0.80 of the parent's" in text
    assert "| passed |" in tables(tmp_path, judgement(passed=True))


def test_without_judgements_there_is_no_table(tmp_path: Path) -> None:
    assert domain_tables(tmp_path) == ""
