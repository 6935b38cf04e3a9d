"""What the README says of the domains, from the judgements of their adapters."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from app.settings import REPOSITORY

JUDGEMENTS: Final = REPOSITORY / "evaluation" / "results" / "domains"
SYSTEMS: Final = ("parent", "glossary", "repair", "adapter", "all")
FIELD: Final = {
    "letters": "letters and digits wrong",
    "inexact": "clips not exact",
    "terms_missed": "terms missed, trained",
    "unseen_terms_missed": "terms missed, never trained",
    "terms_invented": "terms invented, by words",
    "wer": "words wrong",
}
COSTS: Final = {
    "guard_wer": "general speech, words wrong",
    "guard_wer_bound": "the same, 90 % interval",
    "unseen_terms": "terms never trained, all together less glossary alone",
    "invented_terms": "terms invented",
    "nonspeech": "where nobody speaks",
    "word_times": "word times off",
    "calibration": "calibration error",
    "gender_worse": "by gender",
    "flips_guard": "general speech",
    "flips_target": "field",
    "speed": "speed",
}


# Ch 15 · Model Quality: every rung beside the others on the same held-out speech, also where it does not help
def domain_tables(folder: Path = JUDGEMENTS) -> str:
    """The rungs in the field, what the gate measured, and retrainings with other seeds."""
    told = [json.loads(p.read_text()) for p in sorted(folder.glob("*.json"))]
    judged = [each for each in told if "gate" in each]
    again = [each for each in told if "spreads" in each]
    parts = [_rungs(judged), _gates(judged), *map(_retrainings, again)]
    return "\n\n".join(part for part in parts if part)


def _rungs(judged: list[dict[str, Any]]) -> str:
    rows = [
        f"| domain, parent | %, with 95 % | {' | '.join(SYSTEMS)} |",
        "|---" * (len(SYSTEMS) + 2) + "|",
    ]
    for each in judged:
        name = f"{each['domain']}, {each['parent']}"
        for metric, title in FIELD.items():
            found = {m["system"]: m for m in _of_field(each) if m["metric"] == metric}
            if found:
                cells = (_percent(found.get(system)) for system in SYSTEMS)
                rows.append(f"| {name} | {title} | {' | '.join(cells)} |")
                name = ""
    return "\n".join(rows) if len(rows) > 2 else ""


def _of_field(judgement: dict[str, Any]) -> Iterator[dict[str, Any]]:
    silent = {"noise", "nonspeech"}
    for metric in judgement["metrics"]:
        if metric["group"] is None and metric["corpus"] not in {*judgement["guard"], *silent}:
            yield metric


def _gates(judged: list[dict[str, Any]]) -> str:
    """What each adapter costs beside its field, as the gate saw it."""
    rows = ["| domain, parent | gate | what it costs |", "|---|---|---|"]
    for each in judged:
        gate = each["gate"]
        broken = [v["name"].replace("_", " ") for v in gate["verdicts"] if v["status"] != "met"]
        said = [
            f"{COSTS[v['name']]}: {v['measured']}" for v in gate["verdicts"] if v["name"] in COSTS
        ]
        state = "passed" if gate["passed"] else f"not passed: {', '.join(broken)}"
        rows.append(f"| {each['domain']}, {each['parent']} | {state} | {'; '.join(said)} |")
    return "\n".join(rows) if len(rows) > 2 else ""


def _retrainings(told: dict[str, Any]) -> str:
    """How much of a figure is the luck of a seed."""
    said = []
    for each in told["spreads"]:
        said.append(
            f"{each['corpus']}, {FIELD.get(each['metric'], each['metric'])}: mean"
            f" {100 * each['mean']:.2f} %, from {100 * each['low']:.2f} to"
            f" {100 * each['high']:.2f} (parent {100 * each['parent']:.2f})"
        )
    flips = [
        f"{each['words_that_flip']} of {each['words']} on {each['corpus']}"
        for each in told["flips"]
    ]
    worst = max(each["most_newly_wrong"] for each in told["flips"])
    return (
        f"{told['domain']} trained {len(told['adapters'])} times with other seeds: "
        + "; ".join(said)
        + f". Letters or words that are right in some and wrong in others: {', '.join(flips)}. An"
        f" update from one to another spoils at most {100 * worst:.1f} % of the utterances."
    )


def _percent(metric: dict[str, Any] | None) -> str:
    if metric is None or metric["value"] is None:
        return "–"
    text = f"{100 * metric['value']:.1f}"
    if metric["low"] is None or metric["high"] is None:
        return text
    return f"{text} ({100 * metric['low']:.1f}–{100 * metric['high']:.1f})"
