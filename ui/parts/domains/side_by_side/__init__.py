"""Two texts of a recording beside each other, and the recording to judge them by."""

# Ch 7 · Planning for Mistakes: where two texts differ, one click plays what was said

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    play(preview.adapted.id)


def play(transcription_id: str) -> None:
    """The same for the recording of any transcript."""
    address = f"/api/transcriptions/{quote(transcription_id, safe='')}/audio"
    _mount(key=f"places-{transcription_id}", data={"address": address})


def texts(preview: wire.Preview) -> None:
    """Both texts; stretches in which they agree are folded away."""
    beside(
        (say(GENERAL), say(ADAPTED)),
        [(passage, ("", "")) for passage in preview.passages or []],
        preview.differences or [],
    )


def beside(
    names: tuple[str, str],
    passages: Iterable[tuple[wire.Passage, tuple[str, str]]],
    places: Sequence[wire.Difference],
) -> None:
    """Two texts with these names; each passage with a remark about either side, or none."""
    st.html(_FOLDER / "side_by_side.css")
    rows: list[Markup] = []
    for apart, group in groupby(passages, key=lambda each: each[0].differs or any(each[1])):
        found = list(group)
        rows += (
            [_row(names, each, notes, places) for each, notes in found]
            if apart
            else [_same([each for each, _ in found])]
        )
    show(
        '<div class="p-heads"><span></span><b>{one}</b><b>{other}</b></div>{rows}',
        one=names[0],
        other=names[1],
        rows=joined(rows),
    )


def _row(
    names: tuple[str, str],
    passage: wire.Passage,
    notes: tuple[str, str],
    places: Sequence[wire.Difference],
) -> Markup:
    runs = [*passage.plain, *passage.adapted]
    here = sorted({run.difference for run in runs if run.difference is not None})
    return html(
        '<div class="p-row"><div class="p-times">{times}</div>{one}{other}</div>',
        times=joined(_time(places[number].start_s, places[number].end_s) for number in here)
        or _time(passage.start_s, passage.end_s),
        one=_side(names[0], passage.plain, places, notes[0]),
        other=_side(names[1], passage.adapted, places, notes[1]),
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


def _time(start_s: float, end_s: float) -> Markup:
    at = words.clock(start_s)
    return html(
        '<button type="button" class="p-at" data-from="{start}" data-to="{end}"'
        ' aria-label="Play from {at}">{at}</button>',
        start=f"{start_s:.2f}",
        end=f"{end_s:.2f}",
        at=at,
    )


def _side(
    name: str, runs: Sequence[wire.Run], places: Sequence[wire.Difference], note: str
) -> Markup:
    return html(
        '<div class="p-side"><b>{name}</b><p class="p-text">{text}</p>{note}</div>',
        name=name,
        note=html('<p class="l-quiet">{note}</p>', note=note) if note else "",
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
