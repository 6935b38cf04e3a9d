"""How good a version is: one rung after the other, and for whom."""

# Ch 15 · Model Quality: the same recordings by every rung, so that the adapter's own part can be seen

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st
from markupsafe import Markup

from ui import wire_models
from ui.parts.html import show
from ui.parts.models import charts, phrases
from ui.parts.quality import phrases as quality_phrases
from ui.parts.quality import tables
from ui.words import later, say, say_as

SPOKEN = {"parent": "quiet", "adapter": "accent"}
"""The systems that groups are shown for, with their colours."""
KEY = later("Grey: without the adapter. In colour: with it.")
ONE_BY_ONE = "speaker"
"""A group of one person: little is known of each, so they are folded away."""


def section(record: wire_models.Record, headline: wire_models.Headline | None) -> None:
    """Charts of the figure that decides; everything else as a table."""
    metrics = record.metrics
    if headline is None or not metrics:
        return
    show('<h2 class="l-section">Rung by rung</h2>')
    whole = [m for m in metrics if m.group is None]
    main = [m for m in whole if (m.corpus, m.metric) == (headline.corpus, headline.metric)]
    _systems(main, headline.metric)
    guard = [m for m in whole if m.metric == "wer" and m.corpus != headline.corpus]
    if guard:
        show(
            '<h3 class="q-by">What ordinary speech pays</h3><p class="l-quiet">{key}</p>',
            key=say(KEY),
        )
        _pairs(guard, "wer", "ordinary", lambda m: m.corpus)
    with st.expander(say("All figures as a table")):
        show("{table}", table=_table(say("Figures"), whole, group=False))
    _groups(record, headline)


def _systems(found: Sequence[wire_models.Metric], metric: str) -> None:
    told = [m for m in found if m.value is not None]
    if not told:
        return
    marks = [
        _mark(m, phrases.system(m.system), "", "accent" if m.system == "adapter" else "quiet")
        for m in told
    ]
    st.altair_chart(
        charts.marks(marks, phrases.unit(metric)),
        key="models-systems",
        alt=say("{unit}, by what is used; the table has the digits.", unit=phrases.unit(metric)),
    )


def _groups(record: wire_models.Record, headline: wire_models.Headline) -> None:
    of = [
        m
        for m in record.metrics
        if m.group and (m.corpus, m.metric) == (headline.corpus, headline.metric)
    ]
    fields = list(dict.fromkeys(field for m in of for field in (m.group or {})))
    if not fields:
        return
    show('<h2 class="l-section">For whom</h2>')
    show('<p class="l-quiet">{key}</p>', key=say(KEY))
    for field in fields:
        if field != ONE_BY_ONE:
            _group(of, headline.metric, field)
    if ONE_BY_ONE in fields:
        with st.expander(say("Speaker by speaker")):
            _group(of, headline.metric, ONE_BY_ONE)
    with st.expander(say("Groups as a table")):
        show("{table}", table=_table(say("Figures by group"), of, group=True))


def _group(of: Sequence[wire_models.Metric], metric: str, field: str) -> None:
    mine = [m for m in of if m.group and field in m.group]
    show('<h3 class="q-by">By {field}</h3>', field=quality_phrases.field(field))
    _pairs(mine, metric, field, lambda m: _value(m, field))
    small = sorted({_value(m, field) for m in mine if m.value is None})
    if small:
        show('<p class="l-quiet">Too few for a figure: {names}.</p>', names=", ".join(small))


def _value(metric: wire_models.Metric, field: str) -> str:
    return (metric.group or {}).get(field, "")


def _pairs(
    found: Sequence[wire_models.Metric],
    metric: str,
    key: str,
    label: Callable[[wire_models.Metric], str],
) -> None:
    marks = [
        _mark(m, label(m), phrases.system(m.system), SPOKEN[m.system])
        for m in found
        if m.system in SPOKEN and m.metric == metric and m.value is not None
    ]
    if marks:
        st.altair_chart(
            charts.marks(marks, phrases.unit(metric)),
            key=f"models-{key}",
            alt=say(
                "{unit}, by {field}, without and with the adapter; the table has the digits.",
                unit=phrases.unit(metric),
                field=quality_phrases.field(key),
            ),
        )


def _mark(m: wire_models.Metric, label: str, kind: str, colour: str) -> charts.Mark:
    low, high = (None if n is None else phrases.scaled(m.metric, n) for n in (m.low, m.high))
    return charts.Mark(label, kind, phrases.scaled(m.metric, m.value or 0.0), low, high, colour)


def _table(caption: str, found: Sequence[wire_models.Metric], *, group: bool) -> Markup:
    head = (
        say("what"),
        *((say("group"),) if group else ()),
        say("used"),
        say("value"),
        say("from"),
        say_as("range", "to"),
        say("heard on"),
    )
    rows = []
    for m in found:
        who = [", ".join(m.group.values())] if group and m.group else []
        rows.append(
            (
                phrases.unit(m.metric),
                *who,
                phrases.system(m.system),
                *(
                    "" if n is None else phrases.number(m.metric, n)
                    for n in (m.value, m.low, m.high)
                ),
                m.corpus,
            )
        )
    return tables.table(caption, head, rows)
