"""What the page shows of each run: figures read from the run, made ready for the templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from evaluation.comparison import group_fields
from evaluation.metrics.texts import FORMS
from evaluation.metrics.tokens import continuing
from evaluation.report.alignment import Column, columns
from evaluation.report.figures import comparable, fields_of
from evaluation.report.scales import Scale, from_zero
from evaluation.report.words import headline
from evaluation.runs.format import CLEAN, HeardWord, Recording, Run, Utterance
from evaluation.statistics.groups import Cell, slices
from evaluation.statistics.table import table

FORM_NAMES: Final = {
    "english": "words, spelling and numbers made alike",
    "basic": "words, without case and punctuation",
    "raw": "words exactly as written",
    "characters": "characters",
    "letters": "letters and digits",
}
MODES: Final = {"served": "as served", "sequential": "one after the other"}
DOUBT: Final = 0.5
"""A word below this probability is underlined twice as strongly."""
UNSURE: Final = 0.8


@dataclass(frozen=True, slots=True)
class Bar:
    """A rate with its interval, or why there is none."""

    label: str
    value: float | None
    low: float | None
    high: float | None
    note: str
    """How many speakers, utterances and words it rests on."""
    enough: bool = True


@dataclass(frozen=True, slots=True)
class Bars:
    """Rates under each other on one scale."""

    key: str
    title: str
    bars: tuple[Bar, ...]
    scale: Scale
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """An utterance of the list of the worst."""

    utterance: Utterance
    columns: tuple[Column, ...]
    errors: int
    words: int
    doubt: float | None
    """Mean probability of its words."""
    audio: str | None = None
    """A data URI."""

    @property
    def rate(self) -> float:
        return self.errors / self.words if self.words else float(self.errors)


@dataclass(frozen=True, slots=True)
class Detail:
    """One run."""

    run: Run
    summary: Mapping[str, Any]
    headline: str
    groups: tuple[Bars, ...]
    fields: tuple[str, ...]
    worst: tuple[Shown, ...]
    failed: tuple[Recording, ...]
    group_values: tuple[tuple[str, str], ...]


def mode(run: Run) -> str:
    return MODES.get(run.mode, run.mode)


def title(run: Run) -> str:
    """`whisper-base, as served, noise-10`."""
    parts = [run.model, mode(run), *([run.condition] if run.condition != CLEAN else [])]
    return ", ".join(parts)


def detail(run: Run, summary: Mapping[str, Any], listed: int) -> Detail:
    """All that the page shows of a run; `listed` utterances, those with most errors first."""
    scored = comparable(run)
    worst = worst_of(scored, listed)
    fields = sorted({item for shown in worst for item in shown.utterance.fields.items()})
    bars = _groups(scored, summary)
    keep = {bar.key.split("|")[0] for bar in bars}
    return Detail(
        run,
        summary,
        headline(dict(summary)),
        tuple(bars),
        tuple(dict.fromkeys(bar.key.split("|")[0] for bar in bars)),
        tuple(worst),
        tuple(run.failed),
        tuple((name, value) for name, value in fields if name in keep),
    )


def worst_of(run: Run, listed: int) -> list[Shown]:
    """Utterances with errors, most first; those of failed recordings are listed as failures."""
    failed = {recording.id for recording in run.failed}
    wrong = [
        each
        for each in run.utterances
        if each.recording not in failed and each.counts["english"].total
    ]
    wrong.sort(key=lambda each: (-each.counts["english"].total, each.id))
    fields = fields_of(run)
    return [_shown(each, fields[each.id]) for each in wrong[:listed]]


def _shown(each: Utterance, fields: Mapping[str, str]) -> Shown:
    counts = each.counts["english"]
    said = as_written(each.words)
    text = " ".join(word for word, _ in said) or each.hypothesis
    known = [word.probability for word in each.words]
    return Shown(
        replace(each, fields=dict(fields)),
        tuple(columns(each.reference, text, [probability for _, probability in said])),
        counts.total,
        counts.words,
        sum(known) / len(known) if known else None,
    )


def as_written(words: Sequence[HeardWord]) -> list[tuple[str, float]]:
    """Words between blanks, with the probability of their least probable piece."""
    found: list[tuple[str, float]] = []
    pieces = continuing([word.word for word in words])
    for word, piece in zip(words, pieces, strict=True):
        text = word.word.strip()
        if piece and found:
            before, least = found.pop()
            found.append((before + text, min(least, word.probability)))
        elif text:
            found.append((text, word.probability))
    return found


def overview(runs: Sequence[tuple[Run, Mapping[str, Any]]]) -> Bars:
    """Runs of one corpus under each other."""
    bars = []
    for run, summary in runs:
        found = (summary.get("wer") or {}).get("english")
        failed = f", {summary['failed']} failed" if summary.get("failed") else ""
        bars.append(_bar(title(run), found, f"{summary['utterances']:,} utterances{failed}", True))
    return Bars("overview", "", tuple(bars), _scale(bars))


def _bar(label: str, found: Mapping[str, Any] | None, note: str, enough: bool) -> Bar:
    known = found or {}
    return Bar(label, known.get("value"), known.get("low"), known.get("high"), note, enough)


def _scale(bars: Sequence[Bar]) -> Scale:
    ends = [end for bar in bars for end in (bar.value, bar.high) if end is not None]
    return from_zero([min(end, 1.5) for end in ends] or [1.0])


def _groups(run: Run, summary: Mapping[str, Any]) -> list[Bars]:
    """For every field and text form the rates of its groups."""
    charts = []
    english = table(run, "english")
    if not len(english.words):
        return []
    crossings = [tuple(group["by"]) for group in summary.get("groups", ())]
    crossings += [(name,) for name in group_fields(english) if (name,) not in crossings]
    for form in FORM_NAMES:
        rows = table(run, form)
        if not len(rows.words):
            continue
        for by in crossings:
            bars = [_cell(cell, form) for cell in slices(rows, by, shuffles=99).cells]
            charts.append(
                Bars(
                    f"{' and '.join(by)}|{form}",
                    f"{' and '.join(by)}, {FORM_NAMES[form]}",
                    tuple(bars),
                    _scale(bars),
                    _remark(by, summary) if form == "english" else "",
                )
            )
    return charts


def _cell(cell: Cell, form: str) -> Bar:
    unit = FORMS[form].unit
    speakers = "speakers not known" if cell.speakers is None else f"{cell.speakers:,} speakers"
    note = f"{speakers}, {cell.utterances:,} utterances, {cell.words:,} {unit}"
    found = cell.wer.as_dict() if cell.wer else None
    return _bar(" · ".join(cell.values), found, note, cell.enough)


def _remark(by: Sequence[str], summary: Mapping[str, Any]) -> str:
    """Gap, ratio and the controlled comparison of the summary, in words."""
    group: Mapping[str, Any] = next(
        (each for each in summary.get("groups", ()) if tuple(each["by"]) == tuple(by)), {}
    )
    said = []
    gap, ratio = group.get("gap"), group.get("ratio")
    if gap and gap.get("value") is not None:
        said.append(
            f"Between the best and the worst lie {100 * gap['value']:.1f} points{_ends(gap)}."
        )
    if ratio and ratio.get("value") is not None:
        said.append(f"The worst has {ratio['value']:.2f} times the errors of the best.")
    controlled: Mapping[str, Any] = group.get("controlled") or {}
    for each in controlled.get("ratios", ()):
        said.append(
            f"With recording quality and length held equal, {each['value']} has"
            f" {each['ratio']:.2f} times the errors of {controlled['reference']}"
            f" ({each['low']:.2f} to {each['high']:.2f})."
        )
    if not gap and group.get("reason"):
        said.append(str(group["reason"]))
    impact = group.get("impact")
    if impact and impact.get("ratio") is not None:
        verdict = "meets" if impact.get("passes_four_fifths") else "does not meet"
        said.append(
            "Delivered without a human pass: the lowest group gets"
            f" {100 * impact['ratio']:.0f} % of what the highest gets, which {verdict} the"
            " four-fifths rule."
        )
    return " ".join(said)


def _ends(found: Mapping[str, Any]) -> str:
    if found.get("low") is None or found.get("high") is None:
        return ""
    return f" ({100 * found['low']:.1f} to {100 * found['high']:.1f})"


def with_audio(shown: Sequence[Shown], sounds: Mapping[str, str]) -> tuple[Shown, ...]:
    return tuple(replace(each, audio=sounds.get(each.utterance.id)) for each in shown)
