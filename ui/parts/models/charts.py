"""Charts of versions: figures side by side, strengths tried, losses while training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from ui import wire_models
from ui.parts import words
from ui.parts.quality.charts import AXIS_PX, COLOURS, Chart
from ui.words import say, say_as

_PAIR_PX = 42


@dataclass(frozen=True, slots=True)
class Mark:
    """A figure with its interval, in the unit of the axis; `colour` is a name of the theme's."""

    label: str
    kind: str
    value: float
    low: float | None
    high: float | None
    colour: str = "accent"


def _colour(field: str = "colour:N") -> alt.Color:
    return alt.Color(field, scale=alt.Scale(domain=list(COLOURS)), legend=None)


def _data(values: Sequence[dict[str, Any]]) -> Any:
    return alt.InlineData(values=list(values))


def marks(found: Sequence[Mark], unit: str) -> Chart:
    """A row a label, in it a dot and its interval for each kind, one below the other."""
    data = _data(
        [
            {
                "label": m.label,
                "kind": m.kind,
                "value": m.value,
                "low": m.value if m.low is None else m.low,
                "high": m.value if m.high is None else m.high,
                "colour": m.colour,
            }
            for m in found
        ]
    )
    kinds = list(dict.fromkeys(m.kind for m in found))
    labels = list(dict.fromkeys(m.label for m in found))
    axis = alt.Axis(labelLimit=170, ticks=False, domain=False, grid=False, labelOverlap=False)
    tips = [
        alt.Tooltip("label:N", title=" "),
        alt.Tooltip("kind:N", title="  "),
        alt.Tooltip("value:Q", title=unit, format=".2f"),
        alt.Tooltip("low:Q", title=say("from"), format=".2f"),
        alt.Tooltip("high:Q", title=say_as("range", "to"), format=".2f"),
    ]
    scale = alt.Scale(zero=True, nice=True)
    base = alt.Chart(data).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=axis),
        yOffset=alt.YOffset("kind:N", sort=kinds),
        color=_colour(),
        tooltip=tips,
    )
    x = alt.X("low:Q", title=unit, scale=scale, axis=alt.Axis(tickCount=5, domain=False))
    rows = _PAIR_PX * len(labels) if len(kinds) > 1 else 30 * len(labels)
    return alt.layer(
        base.mark_rule(strokeWidth=2).encode(x=x, x2="high:Q"),
        base.mark_point(size=70, filled=True, opacity=1).encode(x=alt.X("value:Q", scale=scale)),
    ).properties(height=AXIS_PX + rows)


def strengths(tried: Sequence[wire_models.Strength], field: str) -> Chart:
    """The field's errors over those of ordinary speech, for each strength; the chosen one stands
    out."""
    data = _data(
        [
            {
                "guard": 100 * each.guard,
                "target": 100 * each.target,
                "strength": each.strength,
                "shown": say("no adapter") if each.strength == 0 else words.decimal(each.strength),
                "colour": "accent" if each.chosen else "quiet",
                "size": 130 if each.chosen else 50,
            }
            for each in tried
        ]
    )
    scale = alt.Scale(zero=False, nice=True, padding=12)
    x = alt.X("guard:Q", title=say("errors in 100 words of ordinary speech"), scale=scale)
    y = alt.Y("target:Q", title=say("in 100 {field}, in the field", field=field), scale=scale)
    tips = [
        alt.Tooltip("shown:N", title=say("strength")),
        alt.Tooltip("target:Q", title=say("field"), format=".2f"),
        alt.Tooltip("guard:Q", title=say("ordinary speech"), format=".2f"),
    ]
    base = alt.Chart(data).encode(x=x, y=y, color=_colour())
    path = alt.Chart(data).mark_line(strokeWidth=1, opacity=0.6)
    return alt.layer(
        path.encode(x=x, y=y, order="strength:Q", color=_colour("line:N")).transform_calculate(
            line="'quiet'"
        ),
        base.mark_point(filled=True, opacity=1).encode(
            size=alt.Size("size:Q", scale=None), tooltip=tips
        ),
        base.mark_text(align="left", dx=9, dy=-7).encode(text="shown:N"),
    ).properties(height=280)


def losses(points: Sequence[wire_models.Point]) -> Chart:
    """While training: on what it learned from (grey), on what it did not (accent)."""
    values = [
        {"step": p.step, "loss": loss, "on": on, "colour": colour}
        for p in points
        for loss, on, colour in (
            (p.train_loss, say("sentences it learns from"), "quiet"),
            (p.dev_loss, say("sentences kept back"), "accent"),
        )
        if loss is not None
    ]
    tips = [
        alt.Tooltip("on:N", title=say("loss on")),
        alt.Tooltip("step:Q", title=say("step")),
        alt.Tooltip("loss:Q", title=say("loss"), format=".3f"),
    ]
    base = alt.Chart(_data(values)).encode(
        x=alt.X("step:Q", title=say("training steps")),
        y=alt.Y("loss:Q", title=say("loss"), scale=alt.Scale(zero=True, nice=True)),
        color=_colour(),
        tooltip=tips,
    )
    held = base.transform_filter("datum.colour == 'accent'")
    return alt.layer(
        base.mark_line(strokeWidth=1.5), held.mark_point(filled=True, opacity=1)
    ).properties(height=240)
