"""For whom: figures by group of speakers, and words where there are too few for a figure."""

# Ch 26 · Fairness: gaps between groups with their chance, and whether recording quality explains them

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from ui import wire
from ui.parts import words
from ui.parts.html import html, joined, show
from ui.parts.quality import charts, phrases, tables
from ui.words import later, many, say, say_as

UNIT = later("errors in 100 words")
CIRCUMSTANCES = ("snr_db", "duration_s", "split", "kind", "overlap")


def section(run: wire.EvaluationRun) -> None:
    """All groupings, one below the other."""
    groupings = run.summary.groups
    if not groupings:
        return
    show('<h2 class="l-section">For whom</h2>')
    whole = run.wer.value if run.wer else None
    first = [grouping for grouping in groupings if _of_people(grouping)] or groupings[:1]
    for grouping in first:
        _grouping(grouping, whole)
    rest = [grouping for grouping in groupings if grouping not in first]
    if rest:
        with st.expander(say("Cut in other ways")):
            for grouping in rest:
                _grouping(grouping, whole, folded=True)


def _of_people(grouping: wire.Grouping) -> bool:
    """Who speaks; not how it was recorded, and not a crossing of two fields."""
    return len(grouping.by) == 1 and grouping.by[0] not in CIRCUMSTANCES


def _grouping(grouping: wire.Grouping, whole: float | None, *, folded: bool = False) -> None:
    by = _named(grouping.by)
    show('<h3 class="q-by">By {by}</h3>', by=by)
    told = [cell for cell in grouping.cells if _has_figure(cell)]
    if told:
        chart = charts.intervals(
            [_row(cell) for cell in told],
            say(UNIT),
            marked=100 * whole if whole is not None else None,
        )
        st.altair_chart(
            chart,
            key=f"groups-{by}",
            alt=say("Errors in 100 words by {by}; the table has the digits.", by=by),
        )
    show(
        '<ul class="l-facts">{items}</ul>',
        items=joined(html("<li>{line}</li>", line=line) for line in lines(grouping)),
    )
    if not told:
        return
    if folded:  # an expander has no expander in it
        show("{table}", table=_table(by, told))
        return
    with st.expander(say("As a table")):
        show("{table}", table=_table(by, told))


def _has_figure(cell: wire.GroupCell) -> bool:
    return cell.enough and cell.wer is not None and cell.wer.value is not None


def _row(cell: wire.GroupCell) -> charts.Row:
    rate = cell.wer or wire.Interval()
    return charts.Row(
        _named(cell.values),
        100 * (rate.value or 0.0),
        None if rate.low is None else 100 * rate.low,
        None if rate.high is None else 100 * rate.high,
    )


def lines(grouping: wire.Grouping) -> list[str]:
    """What the grouping says, in plain sentences."""
    told = [cell for cell in grouping.cells if _has_figure(cell)]
    small = [cell for cell in grouping.cells if not _has_figure(cell)]
    said = [_gap(grouping)] if grouping.gap and grouping.gap.value is not None else []
    said += _controlled(grouping.controlled) if grouping.controlled else []
    said += _impact(grouping.impact) if grouping.impact else []
    if small:
        said.append(say("Too few for a figure: {names}.", names="; ".join(map(_size, small))))
    if len(told) == 1:
        said.append(say("One group alone has a figure, so there is nothing to compare it with."))
    return said


def _gap(grouping: wire.Grouping) -> str:
    gap = grouping.gap or wire.Interval()
    size = phrases.of_hundred(gap.value or 0.0)
    if gap.low is None or gap.high is None:
        said = [
            say(
                "Between the best and the worst group lie {size} errors in 100 words.",
                size=size,
            )
        ]
    else:
        said = [
            say(
                "Between the best and the worst group lie {size} errors in 100 words (by chance"
                " {low} to {high}).",
                size=size,
                low=phrases.of_hundred(gap.low),
                high=phrases.of_hundred(gap.high),
            )
        ]
        said += [say("That may be chance alone.")] if gap.low <= 0 else []
    if grouping.worst:
        said.append(say("Most errors: {group}.", group=_named(grouping.worst)))
    return " ".join(said)


def _controlled(controlled: wire.Controlled) -> list[str]:
    """Groups differ in how they were recorded; this is what is left when that is equal."""
    said = []
    for ratio in controlled.ratios:
        if ratio.ratio is None:
            continue
        told = {
            "group": _named(ratio.value),
            "other": _named(controlled.reference),
            "times": phrases.times(ratio.ratio),
        }
        if ratio.low is None or ratio.high is None:
            sentence = say(
                "With equally good sound and equally long sentences, {group} has {times} times the"
                " errors of {other}.",
                **told,
            )
        else:
            sentence = say(
                "With equally good sound and equally long sentences, {group} has {times} times the"
                " errors of {other} (by chance {low} to {high}).",
                **told,
                low=phrases.times(ratio.low),
                high=phrases.times(ratio.high),
            )
        said.append(" ".join((sentence, *_unclear(ratio))))
    return said


def _unclear(ratio: wire.ControlledRatio) -> list[str]:
    if ratio.low is None or ratio.high is None or not ratio.low <= 1 <= ratio.high:
        return []
    return [say("That may be chance alone.")]


def _impact(impact: wire.Impact) -> list[str]:
    if impact.ratio is None or impact.passes_four_fifths is None:
        return []
    said = [
        say(
            "For each 100 transcripts that the group served best gets without a person being asked,"
            " the group served worst gets {number}.",
            number=phrases.of_hundred(impact.ratio),
        )
    ]
    if impact.lowest:
        said.append(say("Served worst: {group}.", group=_named(impact.lowest)))
    if not impact.passes_four_fifths:
        said.append(say("That misses the four-fifths rule (80)."))
    elif impact.surely_passes is False:
        said.append(
            say("That meets the four-fifths rule (80), though with so few people not surely.")
        )
    else:
        said.append(say("That meets the four-fifths rule (80)."))
    return [" ".join(said)]


def _size(cell: wire.GroupCell) -> str:
    counted = [many(cell.words, "{count} word", "{count} words")]
    if cell.speakers is not None:
        counted.insert(0, many(cell.speakers, "{count} speaker", "{count} speakers"))
    return f"{_named(cell.values)} ({', '.join(counted)})"


def _named(values: object) -> str:
    if isinstance(values, (list, tuple)):
        return ", ".join(phrases.field(str(value)) for value in values)
    return phrases.field(str(values))


def _table(by: str, cells: list[wire.GroupCell]) -> Markup:
    head = (
        say("group"),
        say(UNIT),
        say("from"),
        say_as("range", "to"),
        say("speakers"),
        say("words"),
    )
    rows = [
        (
            _named(cell.values),
            *(
                "" if number is None else phrases.of_hundred(number)
                for number in (rate.value, rate.low, rate.high)
            ),
            "" if cell.speakers is None else words.decimal(cell.speakers),
            words.decimal(cell.words),
        )
        for cell in cells
        for rate in [cell.wer or wire.Interval()]
    ]
    return tables.table(say("Errors by {by}", by=by), head, rows)
