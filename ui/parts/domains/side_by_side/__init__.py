"""The two texts of a preview beside each other, and the recording to judge them by."""

# Ch 7 · Planning for Mistakes: where two texts differ, one click plays what was said

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

import streamlit as st
from markupsafe import Markup

from ui import wire_domains as wire
from ui.parts import reader, words
from ui.parts.component import component
from ui.parts.html import html, joined, show
from ui.words import later, say

GENERAL, ADAPTED = later("General"), later("With this domain")
_FOLDER = Path(__file__).parent
_READER = Path(reader.__file__).parent

_mount = component(
    "lectern_places",
    _FOLDER / "places.html",
    _READER / "reader.css",
    [_READER / "text.js", _READER / "player.js", _FOLDER / "places.js"],
)


def player(preview: wire.Preview) -> None:
    """The recording; it plays the place whose time is clicked, wherever that stands on the page."""
    address = f"/api/transcriptions/{quote(preview.adapted.id, safe='')}/audio"
    _mount(key=f"places-{preview.id}", data={"address": address})


def texts(preview: wire.Preview) -> None:
    """Both texts; stretches in which they agree are folded away."""
    st.html(_FOLDER / "side_by_side.css")
    places = preview.differences or []
    rows: list[Markup] = []
    for differs, passages in groupby(preview.passages or [], key=lambda each: each.differs):
        found = list(passages)
        rows += [_row(each, places) for each in found] if differs else [_same(found)]
    show(
        '<div class="p-heads"><span></span><b>{general}</b><b>{adapted}</b></div>{rows}',
        general=say(GENERAL),
        adapted=say(ADAPTED),
        rows=joined(rows),
    )


def _row(passage: wire.Passage, places: Sequence[wire.Difference]) -> Markup:
    runs = [*passage.plain, *passage.adapted]
    here = sorted({run.difference for run in runs if run.difference is not None})
    return html(
        '<div class="p-row"><div class="p-times">{times}</div>{general}{adapted}</div>',
        times=joined(_time(places[number]) for number in here),
        general=_side(say(GENERAL), passage.plain, places),
        adapted=_side(say(ADAPTED), passage.adapted, places),
    )


def _same(passages: Sequence[wire.Passage]) -> Markup:
    text = joined(_run(run, ()) for passage in passages for run in passage.adapted)
    return html(
        '<details class="p-same"><summary>{start} to {end}: the same in both</summary>'
        '<p class="p-text">{text}</p></details>',
        start=words.clock(passages[0].start_s),
        end=words.clock(passages[-1].end_s),
        text=text,
    )


def _time(place: wire.Difference) -> Markup:
    at = words.clock(place.start_s)
    return html(
        '<button type="button" class="p-at" data-from="{start}" data-to="{end}"'
        ' aria-label="Play from {at}">{at}</button>',
        start=f"{place.start_s:.2f}",
        end=f"{place.end_s:.2f}",
        at=at,
    )


def _side(name: str, runs: Sequence[wire.Run], places: Sequence[wire.Difference]) -> Markup:
    return html(
        '<div class="p-side"><b>{name}</b><p class="p-text">{text}</p></div>',
        name=name,
        text=joined(_run(run, places) for run in runs),
    )


def _run(run: wire.Run, places: Sequence[wire.Difference]) -> Markup:
    words_ = run.text.lstrip()
    space = " " if words_ != run.text else ""
    text = html("{words}", words=words_)
    if run.term is not None:
        text = html('<span class="l-right" title="{term}">{t}</span>', term=run.term, t=text)
    if run.difference is not None and run.difference < len(places):
        place = places[run.difference]
        text = html(
            '<mark class="p-differs" data-from="{start}" data-to="{end}">{t}</mark>',
            start=f"{place.start_s:.2f}",
            end=f"{place.end_s:.2f}",
            t=text,
        )
    return html("{space}{text}", space=space, text=text)
