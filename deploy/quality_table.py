"""What the README says of quality, from the committed runs of the evaluation suite."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from app.settings import REPOSITORY

RUNS = REPOSITORY / "evaluation" / "results" / "runs"
DESCRIPTIONS = REPOSITORY / "data" / "corpora"
RECORDED = ("snr_db", "duration_s")
"""Groups of recordings, not of people: their cells are in the results files."""
_MINUS = "–"


def quality_tables(folder: Path = RUNS) -> str:
    """Words wrong by corpus, model and mode; by group; words heard where nobody speaks; limits."""
    runs = [run for run in _runs(folder) if run["condition"] == "clean"]
    spoken = [run for run in runs if run["summary"]["wer"]["english"]]
    silent = [run for run in runs if run["summary"]["nonspeech"]]
    parts = [
        _spoken(spoken),
        _letters(spoken),
        _groups(spoken),
        _silent(silent),
        _limits(spoken),
        _made(runs),
    ]
    return "\n\n".join(part for part in parts if part)


def _runs(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob("*.json")):
        yield json.loads(path.read_text())


def _spoken(runs: Iterable[dict[str, Any]]) -> str:
    rows = [
        "| corpus | model | how | words wrong, % (95 %) | failed | x real time | seconds a"
        " recording, p50 / p95 |",
        "|---|---|---|---|---|---|---|",
    ]
    for run in runs:
        found = run["summary"]
        speed, latency = found["speed"], found["speed"]["latency_s"]
        rows.append(
            f"| {run['corpus']} | {run['model']} | {run['mode']} |"
            f" {_percent(found['wer']['english'])} | {found['failed']} of {found['clips']} |"
            f" {speed['rtfx'] or 0:.1f} | {latency['p50']:.1f} / {latency['p95']:.1f} |"
        )
    return "\n".join(rows)


def _letters(runs: Iterable[dict[str, Any]]) -> str:
    said = [
        f"{run['model']} {run['mode']} {_percent(run['summary']['letters'])}"
        for run in runs
        if run["corpus"].startswith("an4")
    ]
    if not said:
        return ""
    return (
        "AN4 is spelled letters and digits, which a recogniser writes in another form (“GMEF 39”"
        " for “G M E F three nine”). Wrong letters and digits, form aside, in %: "
        + "; ".join(said)
        + "."
    )


def _groups(runs: Iterable[dict[str, Any]]) -> str:
    rows = [
        "| corpus, model | by | words wrong, % (95 %) | gap, points | p | p, noise, length held |",
        "|---|---|---|---|---|---|",
    ]
    for run in runs:
        if run["mode"] != "served":
            continue
        for group in run["summary"]["groups"]:
            if len(group["by"]) > 1 or group["by"][0] not in ("gender", "age_group"):
                continue
            if sum(cell["enough"] for cell in group["cells"]) < 2:
                continue
            cells = "; ".join(
                f"{cell['values'][0]} {_percent(cell['wer'])}"
                if cell["enough"]
                else f"{cell['values'][0]}: insufficient data"
                for cell in group["cells"]
            )
            held = group["controlled"] or {}
            rows.append(
                f"| {run['corpus']}, {run['model']} | {group['by'][0]} | {cells} |"
                f" {_percent(group['gap'])} | {_p((group['chance'] or {}).get('p'))} |"
                f" {_p(held.get('p'))} |"
            )
    return "\n".join(rows) if len(rows) > 2 else ""


def _silent(runs: Iterable[dict[str, Any]]) -> str:
    rows = [
        "| no speech in it | model | how | words a minute (at most) | clips with words, % (95 %) |",
        "|---|---|---|---|---|",
    ]
    for run in runs:
        found = run["summary"]["nonspeech"]
        rate = found["words_a_minute"]
        rows.append(
            f"| {run['corpus']}, {found['minutes']:.0f} min | {run['model']} | {run['mode']} |"
            f" {rate['value']:.2f} ({rate['high']:.2f}) |"
            f" {_percent(found['share_with_words'])} of {found['clips']} |"
        )
    return "\n".join(rows) if len(rows) > 2 else ""


def _limits(runs: Iterable[dict[str, Any]]) -> str:
    """What each corpus is too small for, and who is not in it, said once."""
    said: dict[str, list[str]] = {}
    for run in runs:
        about = (f"By {name}:" for name in RECORDED)
        small = [each for each in run["summary"]["too_small"] if not each.startswith(tuple(about))]
        missing = _description(run["corpus"]).get("not_in_it", [])
        said[run["corpus"]] = [*small, *(f"Not in it: {each}" for each in missing)]
    lines = [f"- **{name}**: {' '.join(sentences)}" for name, sentences in said.items()]
    return "\n".join(["What cannot be concluded from them:", "", *lines]) if lines else ""


def _description(corpus: str) -> dict[str, Any]:
    for name in (corpus, corpus.rpartition("-")[0]):
        path = DESCRIPTIONS / f"{name}.toml"
        if path.is_file():
            return tomllib.loads(path.read_text())
    return {}


def _made(runs: Iterable[dict[str, Any]]) -> str:
    runs = list(runs)
    days = sorted({run["made_at"][:10] for run in runs})
    machines = sorted({run["machine"] for run in runs})
    normalisers = sorted({run["versions"]["normaliser"] for run in runs})
    return (
        f"Measured {' to '.join(sorted({days[0], days[-1]}))} on {', '.join(machines)};"
        f" {', '.join(normalisers)}; intervals by resampling speakers 10,000 times (sentences,"
        " where there is one speaker). `make evaluate` makes the runs again, `make readme` this."
    )


def _percent(found: dict[str, Any] | None) -> str:
    if found is None:
        return _MINUS
    value = f"{100 * found['value']:.1f}"
    if found["low"] is None or found["high"] is None:
        return value
    return f"{value} ({100 * found['low']:.1f}–{100 * found['high']:.1f})"


def _p(value: float | None) -> str:
    return _MINUS if value is None else f"{value:.3f}" if value >= 0.001 else "< 0.001"
