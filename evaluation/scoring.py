"""From a run to its figures: everything a report, a gate or the page says is computed here.

Pure: the same run gives the same figures. Rates are fractions 0-1; `None` stands where there is
not enough data to give a figure.
"""

# Ch 15 · Model Quality: one place turns counts into figures, with what they rest on and what they cannot tell

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any, Final

from evaluation.metrics.calibration import align_words, calibration
from evaluation.metrics.counts import rates, without_words
from evaluation.metrics.glossary import terms
from evaluation.metrics.hallucination import Hallucination, NonSpeech, hallucination, repeats
from evaluation.metrics.latency import rtfx, waits
from evaluation.metrics.texts import normalise
from evaluation.metrics.times import time_errors, word_times
from evaluation.runs.format import Recording, Run, Utterance
from evaluation.statistics.bootstrap import Interval, interval
from evaluation.statistics.groups import FEWEST_SPEAKERS, FEWEST_WORDS, Groups, look
from evaluation.statistics.impact import impact
from evaluation.statistics.regression import controlled
from evaluation.statistics.table import MEASURES, Table, UnknownField, table

By = Sequence[Sequence[str]]
WORD_FORMS: Final = ("raw", "basic", "english")
FIELDS: Final = ("gender", "age_group", "accent", "native_language", "kind", "split", "overlap")
"""Groups that are looked at unless told otherwise, where a corpus knows of them."""
RULE: Final = "no segment was flagged or withheld by the guard"


def score(run: Run, by: By | None = None) -> dict[str, Any]:
    """The figures of a run. `by`: fields to group by, several in one entry crossed.

    Raises `UnknownField` for a field that this corpus knows nothing of, with those it knows.
    """
    spoken, silent = _divided(run)
    scored = [each for each in spoken if each.counts]
    delivered = {u.id: not u.flags for u in run.utterances}
    whole = table(run, delivered=[delivered[u.id] for u in run.utterances]) if scored else None
    summary: dict[str, Any] = {
        "clips": len(run.recordings),
        "utterances": len(scored),
        "speakers": len({u.speaker for u in scored if u.speaker}) or None,
        "words": sum(u.counts["english"].words for u in scored),
        "failed": len(run.failed),
        "failures": [{"id": each.id, "error": each.error} for each in run.failed],
        "without_words": [scored[i].id for i in without_words([u.counts for u in scored])],
        **_rates(run, scored, whole),
        "nonspeech": _nonspeech(silent),
        "repeats": _repeats(scored),
        "glossary": _glossary(scored, run.glossary),
        "calibration": _calibration(scored),
        "word_times": _word_times(scored),
        "speed": _speed(run),
        "delivered": {
            "share": sum(delivered[u.id] for u in scored) / len(scored) if scored else None,
            "rule": RULE,
        },
        "groups": _groups(whole, by),
    }
    return {**summary, "too_small": list(_too_small(summary))}


def scored(run: Run, by: By | None = None) -> Run:
    """The run with its figures."""
    return replace(run, summary=score(run, by))


def parse_by(wanted: Sequence[str]) -> By:
    """`--by gender --by gender,age_group`: the second is crossed."""
    return [[name.strip() for name in each.split(",") if name.strip()] for each in wanted]


def _divided(run: Run) -> tuple[list[Utterance], list[tuple[Recording, Utterance]]]:
    """Utterances with something said in them, and recordings in which nobody speaks."""
    recordings = {each.id: each for each in run.recordings}
    spoken = [u for u in run.utterances if u.reference.strip()]
    silent = [
        (recordings[u.recording], u)
        for u in run.utterances
        if not u.reference.strip() and recordings[u.recording].error is None
    ]
    return spoken, silent


def _rates(run: Run, scored: Sequence[Utterance], whole: Table | None) -> dict[str, Any]:
    if whole is None or not whole.words.sum():
        empty = dict.fromkeys(("cer", "letters", "mer", "wil", "blocks_are", "errors"))
        missed = _failed_as_missed(run)
        return {"wer": dict.fromkeys(WORD_FORMS), **empty, "wer_failed_as_missed": missed}
    pooled = rates(u.counts["english"] for u in scored)
    errors = [u.counts["english"] for u in scored]
    return {
        "wer": {form: _interval(run, form) for form in WORD_FORMS},
        "cer": _interval(run, "characters"),
        "letters": _interval(run, "letters"),
        "mer": pooled.mer,
        "wil": pooled.wil,
        "blocks_are": whole.blocks_are,
        "errors": {
            "substitutions": sum(e.substitutions for e in errors),
            "deletions": sum(e.deletions for e in errors),
            "insertions": sum(e.insertions for e in errors),
        },
        "wer_failed_as_missed": _failed_as_missed(run),
    }


def _interval(run: Run, form: str) -> dict[str, Any] | None:
    columns = table(run, form)
    if not columns.words.sum():
        return None
    return _shown(interval(columns.errors, columns.words, columns.blocks))


def _failed_as_missed(run: Run) -> float | None:
    """The word error rate if every word of a recording that failed counts as missed."""
    failed = {each.id for each in run.failed}
    missed = sum(
        len(normalise(u.reference).split()) for u in run.utterances if u.recording in failed
    )
    counted = [u.counts["english"] for u in run.utterances if u.counts and u.reference.strip()]
    words = sum(e.words for e in counted) + missed
    return (sum(e.total for e in counted) + missed) / words if words else None


def _shown(found: Interval | None) -> dict[str, Any] | None:
    return found.as_dict() if found is not None else None


def _nonspeech(silent: Sequence[tuple[Recording, Utterance]]) -> dict[str, Any] | None:
    clips = [
        NonSpeech(recording.duration_s, u.hypothesis, recording.fields.get("kind", "unknown"))
        for recording, u in silent
    ]
    found = hallucination(clips)
    if found is None:
        return None
    return {**_heard_in(found), "kinds": {k: _heard_in(v) for k, v in found.kinds.items()}}


def _heard_in(found: Hallucination) -> dict[str, Any]:
    return {
        "minutes": found.minutes,
        "clips": found.clips,
        "words": found.words,
        "clips_with_marks_only": found.clips_with_marks_only,
        "words_a_minute": {"value": found.words_a_minute, "high": found.words_a_minute_high},
        "share_with_words": {
            "value": found.share_with_words,
            "low": found.share_low,
            "high": found.share_high,
        },
    }


def _repeats(scored: Sequence[Utterance]) -> dict[str, Any]:
    """Utterances with a phrase of five words more often than it was said."""
    looping = sum(repeats(u.hypothesis, u.reference) > 0 for u in scored)
    return {"utterances": looping, "share": looping / len(scored) if scored else None}


def _glossary(scored: Sequence[Utterance], glossary: Sequence[str]) -> dict[str, Any] | None:
    """How often the terms of the field were missed, and how often they were invented."""
    if not glossary or not scored:
        return None
    found = terms([u.reference for u in scored], [u.hypothesis for u in scored], glossary)
    whole = found.total
    missed = {term: found.of(term) for term in glossary if term not in found.never_said}
    return {
        "terms": len(glossary),
        "never_said": list(found.never_said),
        "said": whole.said,
        "heard": whole.heard,
        "recall": whole.recall,
        "precision": whole.precision,
        "false_insertions": whole.false_insertions,
        "by_term": {
            term: {"said": hits.said, "hits": hits.hits, "false_insertions": hits.false_insertions}
            for term, hits in missed.items()
        },
    }


def _calibration(scored: Sequence[Utterance]) -> dict[str, Any] | None:
    probabilities = [word.probability for u in scored for word in u.words]
    right = [
        each for u in scored for each in align_words(u.reference, [word.word for word in u.words])
    ]
    found = calibration(probabilities, right)
    return asdict(found) if found is not None else None


def _word_times(scored: Sequence[Utterance]) -> dict[str, Any] | None:
    timed = [time_errors(u.true_words, u.words) for u in scored if u.true_words]
    return asdict(word_times(timed)) if timed else None


def _speed(run: Run) -> dict[str, Any]:
    heard = [each for each in run.recordings if each.error is None]
    audio_s, wall_s = run.speed.get("audio_s"), run.speed.get("wall_s")
    latency, first = waits(r.processing_s for r in heard), waits(r.first_words_s for r in heard)
    return {
        "audio_s": audio_s,
        "wall_s": wall_s,
        "cpu_s": run.speed.get("cpu_s"),
        "rtfx": rtfx(audio_s, wall_s) if audio_s and wall_s else None,
        "latency_s": asdict(latency) if latency else None,
        "first_words_s": asdict(first) if first else None,
        "peak_rss_mb": run.speed.get("peak_rss_mb"),
    }


def _groups(whole: Table | None, by: By | None) -> list[dict[str, Any]]:
    if whole is None or not whole.words.sum():
        if by:
            raise UnknownField("Nothing was said in these recordings, so there are no groups.")
        return []
    wanted = by if by is not None else _usual(whole)
    return [_group(whole, found) for found in look(whole, wanted)]


def _usual(whole: Table) -> list[list[str]]:
    """The fields that divide this corpus, how it was recorded, and gender within age."""
    known = [name for name in FIELDS if name in whole.fields and _divides(whole, name)]
    measures = [name for name in MEASURES if name != "words" and _divides(whole, name)]
    crossed = [["gender", "age_group"]] if {"gender", "age_group"} <= set(known) else []
    return [[name] for name in known] + crossed + [[name] for name in measures]


def _divides(whole: Table, name: str) -> bool:
    return 1 < len(set(whole.field(name).codes[whole.field(name).codes >= 0])) <= 12


def _group(whole: Table, found: Groups) -> dict[str, Any]:
    fair = impact(whole, found.by)
    held = controlled(whole, found.by) if not set(found.by) & set(MEASURES) else None
    return {
        "by": list(found.by),
        "cells": [
            {
                "values": list(cell.values),
                "utterances": cell.utterances,
                "speakers": cell.speakers,
                "words": cell.words,
                "enough": cell.enough,
                "wer": _shown(cell.wer),
                "delivered": fair.shares.get(cell.values),
            }
            for cell in found.cells
        ],
        "unknown": asdict(found.unknown),
        "gap": _shown(found.gap),
        "ratio": _shown(found.ratio),
        "worst": list(found.worst) if found.worst else None,
        "chance": asdict(found.chance) if found.chance else None,
        "p_adjusted": found.p_adjusted,
        "looked_at": found.looked_at,
        "reason": found.reason,
        "controlled": asdict(held) if held is not None else None,
        "impact": {
            **{k: v for k, v in asdict(fair).items() if k not in ("shares", "lowest")},
            "lowest": list(fair.lowest) if fair.lowest else None,
        },
    }


def _too_small(summary: dict[str, Any]) -> Sequence[str]:
    """What these recordings cannot tell, in sentences."""
    said: list[str] = []
    speakers = summary["speakers"]
    if summary["words"] and (speakers or 0) < FEWEST_SPEAKERS:
        who = f"{speakers} speaker" if speakers == 1 else f"{speakers or 'unknown'} speakers"
        said.append(
            f"{who}: the figures are about these voices; how others would be heard cannot be told."
        )
    elif summary["words"] and speakers < 30:
        said.append(
            f"{speakers} speakers: the intervals are wide, and a difference of a few points between"
            " groups cannot be told from chance."
        )
    for group in summary["groups"]:
        small = [" × ".join(cell["values"]) for cell in group["cells"] if not cell["enough"]]
        if small:
            said.append(
                f"By {' × '.join(group['by'])}: too few to give a rate for {', '.join(small)}"
                f" (wanted are {FEWEST_SPEAKERS} speakers and {FEWEST_WORDS} words)."
            )
    return said
