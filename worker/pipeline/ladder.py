"""The ladder: the model asked for, then the smallest one, then an honest gap, window by window."""

# Ch 7 · Planning for Mistakes: a model that fails is replaced by a smaller one, and it is said so

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from app.models.names import english_only
from worker.pipeline.guard import INAUDIBLE, Verdict, is_loop, judge
from worker.pipeline.holes import fill
from worker.pipeline.recognise import DecodingOptions, Recogniser
from worker.pipeline.repair import repair
from worker.pipeline.types import Recognition, Segment, Window

NO_REPEAT = 4
"""Tokens that may not come twice when a window is decoded again because it looped."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one window, and which rung gave it."""

    window: Window
    segments: tuple[Segment, ...]
    recognition: Recognition | None
    """None: every rung failed."""
    withheld: str | None = None
    rung: int = 0


def recognise(
    recogniser: Recogniser, windows: Sequence[Window], options: DecodingOptions, rung: int = 0
) -> list[Outcome]:
    """Recognise and judge windows on one rung. Errors of the model are the caller's to handle."""
    found = recogniser.recognise(windows, options)
    return [
        _outcome(recogniser, window, recognition, options, rung)
        for window, recognition in zip(windows, found, strict=True)
    ]


def _outcome(
    recogniser: Recogniser,
    window: Window,
    recognition: Recognition,
    options: DecodingOptions,
    rung: int,
) -> Outcome:
    if is_loop(recognition) and not options.no_repeat_ngram_size:
        again = replace(options, no_repeat_ngram_size=NO_REPEAT)
        recognition = replace(
            recogniser.recognise([window], again)[0],
            rung=f"{recogniser.name}/no-repeat",
            features_saved_s=recognition.features_saved_s,
        )
    if recognition.words:
        recognition = fill(recogniser, window, recognition, options)
        if options.repair:
            recognition = repair(recognition, options.repair, recogniser.ordinary)
    verdict: Verdict = judge(window, recognition)
    return Outcome(window, verdict.segments, recognition, verdict.withheld, rung)


def failed(window: Window, rung: int) -> Outcome:
    """No rung could do it: the gap is shown and the audio kept."""
    segment = Segment(window.start_s, window.end_s, INAUDIBLE, (), ("inaudible", "failed"))
    return Outcome(window, (segment,), None, rung=rung)


def climb(
    load: Callable[[str], Recogniser],
    rungs: Sequence[str],
    windows: Sequence[Window],
    options: DecodingOptions,
) -> list[Outcome]:
    """Recognise windows, each on the first rung that does not fail for it."""
    for rung, name in enumerate(rungs):
        try:
            return recognise(load(name), windows, _for_rung(options, name), rung)
        except Exception:  # noqa: BLE001 (any failure of a model leads to the next rung)
            if len(windows) > 1:
                return [
                    outcome
                    for window in windows
                    for outcome in climb(load, rungs, [window], options)
                ]
    return [failed(window, len(rungs)) for window in windows]


def _for_rung(options: DecodingOptions, name: str) -> DecodingOptions:
    return replace(options, language="en") if english_only(name) else options
