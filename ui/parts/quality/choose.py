"""Which run the page is about: corpus, model, how it was run, what was done to the audio."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from ui import wire
from ui.parts.quality import phrases
from ui.words import later, say

PARTS = ("corpus", "model", "mode", "condition")
"""What tells runs apart, in the order in which a choice is kept when not all of it exists."""
_LABELS = {
    "corpus": later("Recordings"),
    "model": later("Model"),
    "mode": later("Run"),
    "condition": later("Sound"),
}
_NAMED: dict[str, Callable[[str], str]] = {"mode": phrases.mode, "condition": phrases.condition}


def usual(runs: Sequence[wire.RunLine], models: Sequence[str]) -> list[wire.RunLine]:
    """For each corpus the run that tells most about this product: served, clean, its own model."""
    found: dict[str, wire.RunLine] = {}
    for run in sorted(runs, key=lambda run: _preference(run, models)):
        found.setdefault(run.corpus, run)
    return sorted(found.values(), key=lambda run: run.corpus)


def _preference(run: wire.RunLine, models: Sequence[str]) -> tuple[bool, bool, int, str]:
    place = models.index(run.model) if run.model in models else len(models)
    return run.condition != "clean", run.mode != "served", place, run.name


def chosen(runs: Sequence[wire.RunLine], name: str, models: Sequence[str]) -> wire.RunLine:
    """The run of the address, or the one with the most people in it."""
    for run in runs:
        if run.name == name:
            return run
    first = usual(runs, models)
    spoken = [run for run in first if run.wer is not None and run.wer.value is not None]
    return max(spoken or first, key=lambda run: run.speakers or 0)


def nearest(runs: Sequence[wire.RunLine], now: wire.RunLine, part: str, value: str) -> wire.RunLine:
    """The run with `value` and the same parts before it that differs least otherwise."""
    kept = PARTS[: PARTS.index(part)]
    having = [run for run in runs if getattr(run, part) == value and _like(run, now, kept)]
    rest = PARTS[PARTS.index(part) + 1 :]
    return max(
        having,
        key=lambda run: (
            *(getattr(run, p) == getattr(now, p) for p in rest),
            run.condition == "clean",
            run.mode == "served",
        ),
    )


def choosers(runs: Sequence[wire.RunLine], now: wire.RunLine) -> None:
    """A box for each part in which there is a choice, given the parts before it."""
    titles = {run.corpus: phrases.subject(run) for run in runs}
    with st.container(horizontal=True, key="l-choosers"):
        for place, part in enumerate(PARTS):
            values = sorted({getattr(run, part) for run in runs if _like(run, now, PARTS[:place])})
            if len(values) > 1:
                key = f"choose-{part}-{now.name}"
                st.selectbox(
                    say(_LABELS[part]),
                    values,
                    index=values.index(getattr(now, part)),
                    format_func=titles.__getitem__ if part == "corpus" else _NAMED.get(part, str),
                    key=key,
                    on_change=_choose,
                    args=(runs, now, part, key),
                )


def _like(run: wire.RunLine, now: wire.RunLine, parts: Sequence[str]) -> bool:
    return all(getattr(run, part) == getattr(now, part) for part in parts)


def _choose(runs: Sequence[wire.RunLine], now: wire.RunLine, part: str, key: str) -> None:
    value = st.session_state.get(key)
    if value is not None:
        st.query_params["run"] = nearest(runs, now, part, value).name
