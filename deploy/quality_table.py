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


# Ch 29 · Transparency and Accountability: the first page a stranger reads says for whom it fails, and what is not known
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
    """A row for each corpus and model; what is heard alone beside what is served."""
    rows = [
        "| corpus | model | words wrong, % (95 %), served | alone | failed | x real time, served |"
        " alone | seconds a recording, served: p50 / p95 | alone |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    pairs: dict[tuple[str, str], dict[str, Any]] = {}
    for run in runs:
        pairs.setdefault((_title(run), run["model"]), {})[run["mode"]] = run["summary"]
    for (corpus, model), found in pairs.items():
        served, alone = found.get("served"), found.get("sequential")
        failed = sum(each["failed"] for each in found.values())
        tried = sum(each["clips"] for each in found.values())
        cells = (
            corpus,
            model,
            _rate(served),
            "the same" if served and _rate(served) == _rate(alone) else _rate(alone),
            f"{failed} of {tried}",
            *(f"{each['speed']['rtfx']:.1f}" if each else _MINUS for each in (served, alone)),
            *(_latency(each) for each in (served, alone)),
        )
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _title(run: dict[str, Any]) -> str:
    """The corpus, and whether voices and sounds were made by a program."""
    made = all(each["fields"].get("synthetic") == "True" for each in run["recordings"])
    return f"{run['corpus']} (synthesised)" if made else str(run["corpus"])


def _rate(summary: dict[str, Any] | None) -> str:
    return _percent(summary["wer"]["english"] if summary else None)


def _latency(summary: dict[str, Any] | None) -> str:
    found = summary["speed"]["latency_s"] if summary else None
    return f"{found['p50']:.1f} / {found['p95']:.1f}" if found else _MINUS


def _letters(runs: Iterable[dict[str, Any]]) -> str:
    said = [
        f"{run['model']} {_percent(run['summary']['letters'])}"
        for run in runs
        if run["corpus"].startswith("an4") and run["mode"] == "served"
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
        "| corpus, model | by | words wrong, % (95 %) | gap, points | p, by chance | p, of all cuts"
        " together | p, noise and length held |",
        "|---|---|---|---|---|---|---|",
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
                f"| {_title(run)}, {run['model']} | {group['by'][0]} | {cells} |"
                f" {_percent(group['gap'])} | {_p((group['chance'] or {}).get('p'))} |"
                f" {_p(group['p_adjusted'])} | {_p(held.get('p'))} |"
            )
    return "\n".join(rows) if len(rows) > 2 else ""


def _silent(runs: Iterable[dict[str, Any]]) -> str:
    rows = [
        "| no speech in it | model | words a minute (at most), served | clips with words, % |",
        "|---|---|---|---|",
    ]
    for run in runs:
        if run["mode"] != "served":
            continue
        found = run["summary"]["nonspeech"]
        rate = found["words_a_minute"]
        rows.append(
            f"| {_title(run)}, {found['minutes']:.0f} min | {run['model']} |"
            f" {rate['value']:.2f} ({rate['high']:.2f}) |"
            f" {_percent(found['share_with_words'])} of {found['clips']} |"
        )
    return "\n".join(rows) if len(rows) > 2 else ""


def _limits(runs: Iterable[dict[str, Any]]) -> str:
    """What each corpus is too small for, and who is not in it, said once."""
    said: dict[str, list[str]] = {}
    for run in runs:
        about = tuple(f"By {name}:" for name in RECORDED)
        small = [each for each in run["summary"]["too_small"] if not each.startswith(about)]
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
