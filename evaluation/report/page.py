"""One HTML page from runs: nothing is fetched, nothing can run that is not ours.

Texts, names and messages come from corpora and models, so all of them are escaped, and a content
security policy allows only the one script and the one style sheet whose sums it names.
"""

# Ch 15 · Model Quality: people see whom it serves badly and hear the worst sentences, not one average

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import jinja2
from markupsafe import Markup

from evaluation.pareto import Point, front, point
from evaluation.report import scales, sound, views, words
from evaluation.report.corpora import Missing, about
from evaluation.report.robustness import HeatMap, heat_map
from evaluation.runs.format import CLEAN, Run

HERE: Final = Path(__file__).parent / "templates"
FONTS: Final = Path(__file__).parents[2] / "ui" / "static" / "fonts"
FACES: Final = (
    ("Inter", "inter-latin-wght-normal.woff2", "100 900"),
    ("Source Serif 4", "source-serif-4-latin-wght-normal.woff2", "200 900"),
)
LISTED_IN_ALL: Final = 400
"""Utterances on the page, so that many runs do not make it too heavy to open."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the page holds beside the figures."""

    title: str = "How good the transcripts are"
    listed: int = 25
    """Utterances of each run, those with most errors."""
    audio_mb: float = 0.0
    """How much recorded speech the page may carry; 0: none."""


@dataclass(frozen=True, slots=True)
class Front:
    """Runs of a corpus by word errors, speed and memory."""

    points: tuple[tuple[str, Point], ...]
    """With the letter that marks them in the charts."""
    on_front: frozenset[str]
    wer: scales.Scale
    rtfx: scales.Scale | None
    memory: scales.Scale | None


@dataclass(frozen=True, slots=True)
class Section:
    """One corpus."""

    corpus: str
    title: str
    lead: str
    """Which run the headline is of."""
    headline: str
    overview: views.Bars
    heat: HeatMap | None
    front: Front | None
    missing: Missing


def build(runs: Sequence[tuple[Run, Mapping[str, Any]]], options: Options) -> str:
    """The page of runs with their summaries, as text. `runs` must not be empty."""
    ordered = sorted(runs, key=lambda pair: pair[0].name)
    clean = [pair for pair in ordered if pair[0].condition == CLEAN]
    sections = [
        _section(corpus, [pair for pair in ordered if pair[0].corpus == corpus])
        for corpus in dict.fromkeys(run.corpus for run, _ in ordered)
    ]
    detailed = clean or ordered
    listed = min(options.listed, max(LISTED_IN_ALL // len(detailed), 5))
    details = [views.detail(run, summary, listed) for run, summary in detailed]
    sounds = sound.Sounds()
    if options.audio_mb > 0:
        for each in details:
            # Each run has its share; what one leaves the next may use
            sounds.budget += int(options.audio_mb * 1_000_000 / len(details))
            sound.embed(each.run, [shown.utterance for shown in each.worst], sounds)
    return _render(
        title=options.title,
        runs=ordered,
        sections=sections,
        details=[_with_audio(each, sounds) for each in details],
        chosen=_chosen(details).run.name,
        audio=options.audio_mb > 0,
        silent=sounds.missing,
        too_small=_too_small(sections, details),
        data=_data(ordered, details),
        forms=views.FORM_NAMES,
    )


def _section(corpus: str, runs: Sequence[tuple[Run, Mapping[str, Any]]]) -> Section:
    clean = [pair for pair in runs if pair[0].condition == CLEAN] or list(runs)
    lead, summary = max(clean, key=lambda pair: (pair[0].mode == "served", _low_wer(pair[1])))
    missing = about(corpus)
    spoken = [pair for pair in clean if _wer(pair[1]) is not None]
    return Section(
        corpus,
        missing.title or corpus,
        views.title(lead),
        words.headline(dict(summary)),
        views.overview(spoken),
        heat_map(corpus, [(run, _wer(of)) for run, of in runs]),
        _front(spoken),
        missing,
    )


def _wer(summary: Mapping[str, Any]) -> float | None:
    found = (summary.get("wer") or {}).get("english") or {}
    value = found.get("value")
    return None if value is None else float(value)


def _low_wer(summary: Mapping[str, Any]) -> float:
    value = _wer(summary)
    return float("-inf") if value is None else -value


def _too_small(
    sections: Sequence[Section], details: Sequence[views.Detail]
) -> list[tuple[str, str]]:
    """Corpus and sentence, once for all models."""
    titles = {section.corpus: section.title for section in sections}
    said = [
        (titles[each.run.corpus], str(sentence))
        for each in details
        for sentence in each.summary.get("too_small", ())
    ]
    return list(dict.fromkeys(said))


def _chosen(details: Sequence[views.Detail]) -> views.Detail:
    """The run shown first: as served, of the corpus with the most words, the best one."""
    words: dict[str, int] = {}
    for each in details:
        words[each.run.corpus] = max(words.get(each.run.corpus, 0), each.summary["words"])
    return max(
        details,
        key=lambda each: (
            each.run.mode == "served",
            words[each.run.corpus],
            _low_wer(each.summary),
        ),
    )


def _front(runs: Sequence[tuple[Run, Mapping[str, Any]]]) -> Front | None:
    points = [point(run, dict(summary)) for run, summary in runs]
    points = [each for each in points if each.wer is not None]
    if len(points) < 2:
        return None
    fast = [each.rtfx for each in points if each.rtfx]
    heavy = [each.memory_mb for each in points if each.memory_mb]
    rates = [each.wer_high or each.wer or 0.0 for each in points]
    return Front(
        tuple((_letter(place), each) for place, each in enumerate(points)),
        frozenset(front(points)),
        scales.from_zero(rates),
        scales.doubling(fast) if fast else None,
        scales.from_zero(heavy) if heavy else None,
    )


def _letter(place: int) -> str:
    return chr(ord("A") + place) if place < 26 else _letter(place // 26 - 1) + _letter(place % 26)


def _with_audio(each: views.Detail, sounds: sound.Sounds) -> views.Detail:
    return replace(each, worst=views.with_audio(each.worst, sounds.uris.get(each.run.name, {})))


def _data(
    runs: Sequence[tuple[Run, Mapping[str, Any]]], details: Sequence[views.Detail]
) -> dict[str, Any]:
    """What can be downloaded: every figure of the page and the utterances listed on it."""
    shown = {each.run.name: each.worst for each in details}
    return {
        "runs": [
            {
                "name": run.name,
                "corpus": run.corpus,
                "model": run.model,
                "mode": run.mode,
                "condition": run.condition,
                "made_at": run.made_at,
                "command": run.command,
                "machine": run.machine,
                "model_sha256": run.model_sha256,
                "corpus_sha256": run.corpus_sha256,
                "options": run.options,
                "versions": run.versions,
                "summary": summary,
                "failed": [{"id": each.id, "error": each.error} for each in run.failed],
                "worst": [
                    {
                        "id": each.utterance.id,
                        "reference": each.utterance.reference,
                        "hypothesis": each.utterance.hypothesis,
                        "errors": each.errors,
                        "words": each.words,
                    }
                    for each in shown.get(run.name, ())
                ],
            }
            for run, summary in runs
        ]
    }


def safe_json(value: Any) -> Markup:
    """JSON that cannot end the element it stands in."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    escaped = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(escaped)


def _render(**values: Any) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "share": words.share,
        "count": words.count,
        "safe_json": safe_json,
        "percent": scales.percent,
    }
    environment.globals |= {"title_of": views.title, "modes": views.MODES}
    style = _faces() + (HERE / "page.css").read_text()
    script = (HERE / "page.js").read_text()
    return environment.get_template("page.html").render(
        style=Markup(style),
        script=Markup(script),
        style_sum=_sum(style),
        script_sum=_sum(script),
        UNSURE=views.UNSURE,
        DOUBT=views.DOUBT,
        **values,
    )


def _sum(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _faces() -> str:
    """The product's fonts inside the page; without them the reader's own serve."""
    faces = []
    for family, name, weight in FACES:
        path = FONTS / name
        if path.is_file():
            data = base64.b64encode(path.read_bytes()).decode()
            faces.append(
                f'@font-face{{font-family:"{family}";font-weight:{weight};font-display:swap;'
                f"src:url(data:font/woff2;base64,{data}) format('woff2')}}"
            )
    return "\n".join(faces) + "\n"
