"""The same recordings made worse: noise, telephone, codecs, gaps."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ui import wire
from ui.parts.html import html, joined, show
from ui.parts.quality import charts, phrases
from ui.parts.quality.groups import UNIT
from ui.words import say


def section(runs: Sequence[wire.RunLine], now: wire.RunLine) -> None:
    """Runs of the same model on the same recordings in other conditions."""
    tried = family(runs, now)
    told = [run for run in tried if run.wer is not None and run.wer.value is not None]
    if len(told) < 2:
        return
    show('<h2 class="l-section">When the sound is worse</h2>')
    show("<p>{said}</p>", said=said(told))
    rows = [
        charts.Row(
            phrases.condition(run.condition),
            100 * rate.value,
            None if rate.low is None else 100 * rate.low,
            None if rate.high is None else 100 * rate.high,
        )
        for run in told
        if (rate := run.wer) is not None and rate.value is not None
    ]
    st.altair_chart(
        charts.intervals(rows, say(UNIT)),
        alt=say(
            "Errors in 100 words by what was done to the sound; the same figures are listed below."
        ),
    )
    with st.expander(say("More")):
        lines = joined(
            html(
                "<li>{name}: {says}</li>",
                name=phrases.condition(run.condition),
                says=phrases.headline(run),
            )
            for run in told
        )
        show('<ul class="l-facts">{lines}</ul>', lines=lines)


def family(runs: Sequence[wire.RunLine], now: wire.RunLine) -> list[wire.RunLine]:
    """As recorded first, then from the least to the most errors."""
    same = [
        run
        for run in runs
        if (run.corpus, run.model, run.mode) == (now.corpus, now.model, now.mode)
    ]
    return sorted(same, key=lambda run: (run.condition != "clean", _rate(run)))


def said(told: Sequence[wire.RunLine]) -> str:
    """The worst condition beside the recording as it was."""
    clean = next((run for run in told if run.condition == "clean"), None)
    worst = max(told, key=_rate)
    if clean is None or worst is clean:
        return say("No condition that was tried makes it worse than the recordings as they are.")
    return say(
        "As recorded: {clean}. The worst is {condition}: {worst}.",
        clean=phrases.words_wrong(clean.wer),
        condition=phrases.condition(worst.condition),
        worst=phrases.words_wrong(worst.wer),
    )


def _rate(run: wire.RunLine) -> float:
    return run.wer.value if run.wer is not None and run.wer.value is not None else 0.0
