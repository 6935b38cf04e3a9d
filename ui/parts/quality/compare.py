"""Two models on the same recordings: which is better, how sure that is, and what changed."""

# Ch 15 · Model Quality: a difference between two models is shown with its chance, not as two figures

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from markupsafe import Markup

from ui import wire
from ui.client import ApiError
from ui.parts import problems, session
from ui.parts.html import html, joined, show
from ui.parts.quality import marked, phrases
from ui.words import say

SHOWN = 5


def section(runs: wire.Runs, now: wire.RunLine) -> None:
    """Against any other run on the same corpus."""
    others = [run for run in runs.runs if run.corpus == now.corpus and run.name != now.name]
    if not others:
        return
    done = {
        pair.b if pair.a == now.name else pair.a for pair in runs.comparisons if _has(pair, now)
    }
    others.sort(key=lambda run: (run.name not in done, _differs(run, now), run.name))
    show('<h2 class="l-section">Beside another model</h2>')
    st.fragment(_comparison)(runs.comparisons, now, others)


def _has(pair: wire.Pair, run: wire.RunLine) -> bool:
    return run.name in (pair.a, pair.b)


def _differs(run: wire.RunLine, now: wire.RunLine) -> tuple[bool, bool, bool]:
    """Another model heard in the same way tells most, another condition least."""
    return run.condition != now.condition, run.mode != now.mode, run.model == now.model


def _comparison(
    pairs: Sequence[wire.Pair], now: wire.RunLine, others: Sequence[wire.RunLine]
) -> None:
    by_name = {run.name: run for run in others}
    name = st.selectbox(
        say("Compare with"),
        list(by_name),
        format_func=lambda name: described(by_name[name]),
        key=f"beside-{now.name}",
    )
    first, second = now.name, name
    if any((pair.a, pair.b) == (name, now.name) for pair in pairs):
        first, second = name, now.name
    try:
        found = seen_from(session.client().comparison(first, second), now.name)
    except ApiError as error:
        if error.status != 404:
            problems.tell(error)
            return
        show(
            '<div class="l-note"><p>These two were not compared yet.</p><p class="l-quiet">'
            "<code>python -m evaluation compare {a} {b}</code> does it.</p></div>",
            a=now.name,
            b=name,
        )
        return
    _told(found, described(by_name[name]))


def described(run: wire.RunLine) -> str:
    """A run without its corpus."""
    return f"{run.model}, {phrases.mode(run.mode)}, {phrases.condition(run.condition)}"


def seen_from(comparison: wire.Comparison, name: str) -> wire.Comparison:
    """The same with `name` first: below zero means that it makes fewer errors."""
    if comparison.a == name:
        return comparison
    turned = comparison.difference
    better = comparison.a_better
    return comparison.model_copy(
        update={
            "a": comparison.b,
            "b": comparison.a,
            "difference": wire.Interval(
                value=_minus(turned.value),
                low=_minus(turned.high),
                high=_minus(turned.low),
                blocks=turned.blocks,
            ),
            "a_better": None if better is None else 1 - better,
            "changed": [
                row.model_copy(
                    update={
                        "errors_a": row.errors_b,
                        "errors_b": row.errors_a,
                        "said_a": row.said_b,
                        "heard_a": row.heard_b,
                        "said_b": row.said_a,
                        "heard_b": row.heard_a,
                    }
                )
                for row in comparison.changed
            ],
        }
    )


def _minus(value: float | None) -> float | None:
    return None if value is None else -value


def _told(found: wire.Comparison, other: str) -> None:
    show(
        '<p class="l-lead" role="status">{difference} {verdict}</p>',
        difference=phrases.fewer(found.difference, other),
        verdict=phrases.verdict(found.a_better),
    )
    if not found.changed:
        show('<p class="l-quiet">Both heard every recording alike.</p>')
        return
    with st.expander(
        say("What changed most, of {utterances} utterances", utterances=found.utterances)
    ):
        show(
            "{rows}",
            rows=joined(_changed(row, other) for row in found.changed[:SHOWN]),
        )


def _changed(row: wire.Changed, other: str) -> Markup:
    return html(
        '<article class="q-clip q-change" aria-label="{label}"><p class="l-quiet">{here} errors'
        ' here, {there} errors with {other}</p>{player}<dl class="q-texts"><dt>Said</dt>'
        "<dd>{said}</dd>{a}{b}</dl></article>",
        label=row.reference[:120],
        here=row.errors_a,
        there=row.errors_b,
        other=other,
        player=marked.player(row.audio, row.start, row.end, row.reference),
        said=row.reference,
        a=marked.one_heard(say("Here"), row.heard_a),
        b=marked.one_heard(say("There"), row.heard_b),
    )
