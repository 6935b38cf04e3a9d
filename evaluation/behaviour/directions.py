"""Changes with a known direction: more noise must not raise confidence nor lower the error rate,
and a longer silence must not add words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from evaluation.behaviour.types import Case, Check, Engine, Heard, Observed, Speech
from evaluation.conditions import condition
from evaluation.metrics.counts import counts
from evaluation.metrics.texts import normalise
from evaluation.runs.format import CLEAN
from evaluation.statistics.paired import compare
from worker.pipeline.types import SAMPLE_RATE

STEPS: Final = {
    "noise": (CLEAN, "noise-20", "noise-10", "noise-5", "noise-0"),
    "babble": (CLEAN, "babble-20", "babble-10", "babble-5", "babble-0"),
}
RISE: Final = 0.05
"""A clip whose mean probability rises by more in one step is listed."""
SHORT, LONG = "pause-5s", "pause-60s"
EDGE_S: Final = 0.5
"""At both ends of the silence: word times are not exact."""


def directions() -> list[Check]:
    """Confidence and error rate for each kind of noise, and silence."""
    checks = []
    for kind, title in (("noise", "noise"), ("babble", "people talking")):
        steps = STEPS[kind]
        checks += [
            Check(
                f"direction/confidence-{kind}",
                f"More {title}: confidence must not rise",
                _of_steps(steps, confidence),
            ),
            Check(
                f"direction/wer-{kind}",
                f"More {title}: the error rate must not fall",
                _of_steps(steps, error_rate),
            ),
        ]
    return [*checks, Check("direction/silence", "Longer silence must not add words", silence)]


Measure = Callable[[Sequence[str], Sequence[Speech], list[list[Heard]]], Observed]


def _of_steps(
    steps: Sequence[str], measure: Measure
) -> Callable[[Engine, Sequence[Speech]], Observed]:
    """Hear all clips at every step; those that failed at one are left out of all, and counted."""

    def observe(engine: Engine, clips: Sequence[Speech]) -> Observed:
        heard = [engine(prepared(step, clips)) for step in steps]
        good = [
            number
            for number in range(len(clips))
            if all(step[number].error is None for step in heard)
        ]
        found = measure(
            steps,
            [clips[number] for number in good],
            [[step[number] for number in good] for step in heard],
        )
        return Observed(
            found.clips, len(clips) - len(good), found.figures, found.cases, found.details
        )

    return observe


def prepared(name: str, clips: Sequence[Speech]) -> list[bytes]:
    """The clips under a condition."""
    made = condition(name)
    return [made.prepare(clip.samples, clip.id, clip.speaker) for clip in clips]


def confidence(steps: Sequence[str], clips: Sequence[Speech], heard: list[list[Heard]]) -> Observed:
    """Largest mean rise, from one step to the next, of a clip's mean word probability.

    Clips in which nothing is heard at one of the two steps have no probability to compare.
    """
    means = [[_mean(each) for each in step] for step in heard]
    rises: dict[str, float | None] = {}
    cases: list[tuple[float, Case]] = []
    for (mild, before), (severe, after) in pairwise(zip(steps, means, strict=True)):
        pairs = [
            (clip, a, b)
            for clip, a, b in zip(clips, before, after, strict=True)
            if a is not None and b is not None
        ]
        rises[f"{mild} to {severe}"] = (
            float(np.mean([b - a for _, a, b in pairs])) if pairs else None
        )
        cases += [
            (a - b, Case(clip.id, f"{mild}: {a:.3f}", f"{severe}: {b:.3f}", "confidence rises"))
            for clip, a, b in pairs
            if b - a > RISE
        ]
    known = [rise for rise in rises.values() if rise is not None]
    shown = [float(np.mean([m for m in step if m is not None] or [np.nan])) for step in means]
    return Observed(
        clips=len(clips),
        failed=0,
        figures={"rise": max(0.0, *known) if known else None},
        cases=[case for _, case in sorted(cases, key=lambda each: each[0])],
        details={
            "mean_probability": dict(zip(steps, map(_rounded, shown), strict=True)),
            "rise_by_step": {step: _rounded(rise) for step, rise in rises.items()},
        },
    )


def _mean(heard: Heard) -> float | None:
    return float(np.mean([word.probability for word in heard.words])) if heard.words else None


def _rounded(value: float | None) -> float | None:
    return None if value is None or np.isnan(value) else round(value, 4)


def error_rate(steps: Sequence[str], clips: Sequence[Speech], heard: list[list[Heard]]) -> Observed:
    """How far the error rate falls from one step to the next, beyond what chance explains.

    That is how far the interval of the paired difference, by speaker, lies below nothing; with
    too few speakers for an interval it is by clip, which is said in the details.
    """
    scored = [
        [counts(clip.text, each.text)["english"] for clip, each in zip(clips, step, strict=True)]
        for step in heard
    ]
    speakers = {clip.speaker for clip in clips}
    by = "speakers" if len(speakers) >= 5 else "clips"
    blocks = [clip.speaker if by == "speakers" else clip.id for clip in clips]
    falls: dict[str, float | None] = {}
    details: dict[str, object] = {"blocks_are": by, "wer": {}, "difference": {}}
    cases = []
    for (mild, before), (severe, after) in pairwise(zip(steps, scored, strict=True)):
        step = f"{mild} to {severe}"
        if not sum(each.words for each in before):
            falls[step] = None
            continue
        found = compare(after, before, blocks)
        falls[step] = None if found.high is None else max(0.0, -found.high)
        details["difference"][step] = [found.value, found.low, found.high]  # type: ignore[index]
        cases += [
            Case(clip.id, f"{mild}: {a.total} errors", f"{severe}: {b.total} errors", "fewer")
            for clip, a, b in zip(clips, before, after, strict=True)
            if b.total < a.total - max(2, a.words // 5)
        ]
    for name, step_errors in zip(steps, scored, strict=True):
        words = sum(each.words for each in step_errors)
        total = sum(each.total for each in step_errors)
        details["wer"][name] = round(total / words, 4) if words else None  # type: ignore[index]
    known = [fall for fall in falls.values() if fall is not None]
    figure = max(known) if len(known) == len(falls) else None
    return Observed(len(clips), 0, {"fall": figure}, cases, details)


def silence(engine: Engine, clips: Sequence[Speech]) -> Observed:
    """Words within a minute of silence, and clips with more words than with five seconds of it."""
    short, long = (
        [condition(name).apply(clip.samples, clip.id) for clip in clips] for name in (SHORT, LONG)
    )
    before, after = (engine([each.data for each in group]) for group in (short, long))
    both = [
        (clip, each.times, a, b)
        for clip, each, a, b in zip(clips, long, before, after, strict=True)
        if a.error is None and b.error is None
    ]
    inside, longer, seconds, cases = 0, 0, 0.0, []
    for clip, times, a, b in both:
        low = times.cut_s + EDGE_S
        high = times.cut_s + times.inserted_s - EDGE_S
        invented = [w.word for w in b.words if low <= (w.start_s + w.end_s) / 2 < high]
        more = len(normalise(b.text).split()) > len(normalise(a.text).split())
        inside, longer, seconds = inside + len(invented), longer + more, seconds + high - low
        if invented or more:
            note = f"in the silence: {' '.join(invented)}" if invented else "more words"
            cases.append(Case(clip.id, a.text, b.text, note))
    return Observed(
        clips=len(both),
        failed=len(clips) - len(both),
        figures={
            "words_a_minute": 60 * inside / seconds if both else None,
            "longer": longer / len(both) if both else None,
        },
        cases=cases,
        details={"silent_minutes": round(seconds / 60, 2), "sample_rate": SAMPLE_RATE},
    )
