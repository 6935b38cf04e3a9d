"""Charts as Vega-Lite, coloured by the theme: light and dark need nothing here.

Colours are names of the theme's chart colours (`.streamlit/config.toml`) in this order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from ui.words import say, say_as

COLOURS = ("accent", "quiet", "doubt", "harm")
ROW_PX, AXIS_PX = 30, 56
"""Streamlit counts the axis into the height."""
Chart = alt.LayerChart | alt.FacetChart


@dataclass(frozen=True, slots=True)
class Row:
    """One figure with its interval, in hundredths."""

    label: str
    value: float
    low: float | None = None
    high: float | None = None


def _data(values: list[dict[str, Any]]) -> Any:
    return alt.InlineData(values=values)


def _in(colour: str, chart: alt.Chart) -> alt.Chart:
    """The chart in one of the theme's colours."""
    scale = alt.Scale(domain=list(COLOURS))
    painted = chart.transform_calculate(colour=f"'{colour}'")
    return painted.encode(color=alt.Color("colour:N", scale=scale, legend=None))


def intervals(rows: Sequence[Row], unit: str, *, marked: float | None = None) -> Chart:
    """A point and its interval a row, from zero; `marked` draws a line, e.g. the whole corpus."""
    data = _data(
        [
            {
                "label": row.label,
                "value": row.value,
                "low": row.value if row.low is None else row.low,
                "high": row.value if row.high is None else row.high,
            }
            for row in rows
        ]
    )
    y = alt.Y(
        "label:N",
        sort=None,
        title=None,
        axis=alt.Axis(labelLimit=150, ticks=False, domain=False, grid=False, labelOverlap=False),
    )
    scale = alt.Scale(zero=True, nice=True)
    x = alt.X("low:Q", title=unit, scale=scale, axis=alt.Axis(tickCount=6, domain=False))
    tips = [
        alt.Tooltip("label:N", title=say("group")),
        alt.Tooltip("value:Q", title=unit, format=".1f"),
        alt.Tooltip("low:Q", title=say("from"), format=".1f"),
        alt.Tooltip("high:Q", title=say_as("range", "to"), format=".1f"),
    ]
    base = alt.Chart(data).encode(y=y, tooltip=tips)
    point = alt.X("value:Q", scale=scale)
    layers = [
        _in("accent", base.mark_rule(strokeWidth=2).encode(x=x, x2="high:Q")),
        _in("accent", base.mark_point(size=70, filled=True, opacity=1).encode(x=point)),
    ]
    if marked is not None:
        whole = alt.Chart(_data([{"value": marked}]))
        line = whole.mark_rule(strokeDash=[3, 3], strokeWidth=1).encode(x=alt.X("value:Q"))
        layers.insert(0, _in("quiet", line))
    return alt.layer(*layers).properties(height=AXIS_PX + ROW_PX * len(rows))


def reliability(points: Sequence[tuple[float, float, int]]) -> Chart:
    """Stated against true share of right words in percent; the area of a point is its words."""
    data = _data([{"stated": s, "right": r, "words": n} for s, r, n in points])
    whole = alt.Scale(domain=[0, 100])
    x = alt.X(
        "stated:Q",
        title=say("% certain, as the model says"),
        scale=whole,
        axis=alt.Axis(tickCount=5),
    )
    y = alt.Y(
        "right:Q", title=say("% of these words right"), scale=whole, axis=alt.Axis(tickCount=5)
    )
    diagonal = _data([{"stated": 0, "right": 0}, {"stated": 100, "right": 100}])
    tips = [
        alt.Tooltip("stated:Q", title=say("% certain"), format=".0f"),
        alt.Tooltip("right:Q", title=say("% right"), format=".0f"),
        alt.Tooltip("words:Q", title=say("words"), format=",d"),
    ]
    size = alt.Size("words:Q", legend=None, scale=alt.Scale(range=[15, 120], domainMin=0))
    dashed = alt.Chart(diagonal).mark_line(strokeDash=[3, 3], strokeWidth=1).encode(x=x, y=y)
    line = alt.Chart(data).mark_line(strokeWidth=2).encode(x=x, y=y, order="stated:Q")
    dots = alt.Chart(data).mark_point(filled=True, opacity=1)
    return alt.layer(
        _in("quiet", dashed),
        _in("accent", line),
        _in("accent", dots.encode(x=x, y=y, size=size, tooltip=tips)),
    ).properties(height=260)
