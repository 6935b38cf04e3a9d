"""The search in the library: a box, and the places where it was said, each a link to the moment."""

from __future__ import annotations

from itertools import groupby
from urllib.parse import urlencode

import streamlit as st
from markupsafe import Markup

from ui import wire
from ui.parts import problems, session, words
from ui.parts.html import html, joined, show
from ui.words import say

PAGE = 20
MAX_CHARACTERS = 200
_KEY = "search"


def box() -> str:
    """The search box; returns what is asked for. There is none while there is nothing to search."""
    asked = st.query_params.get("q", "").strip()[:MAX_CHARACTERS]
    if not asked and not session.client().transcriptions(limit=1).items:
        return ""
    st.session_state.setdefault(_KEY, asked)
    st.text_input(
        say("Search in transcripts"),
        key=_KEY,
        placeholder=say('Search in transcripts: words, "a phrase", adapt*'),
        label_visibility="collapsed",
        on_change=_ask,
    )
    return asked


def _ask() -> None:
    """Into the address, so that a search can be kept as a bookmark and gone back to."""
    asked = str(st.session_state[_KEY]).strip()[:MAX_CHARACTERS]
    st.query_params.from_dict({"q": asked} if asked else {})


def hits(asked: str, cursor: str | None) -> None:
    """A page of hits, under the names of their transcripts."""
    with problems.told():
        page = session.client().search(asked, limit=PAGE, cursor=cursor)
        if not page.items:
            _nothing(asked)
        for _, found in groupby(page.items, key=lambda hit: hit.transcription_id):
            _transcript(list(found))
        _turn(asked, cursor, page.next)


def _nothing(asked: str) -> None:
    show(
        '<div class="l-empty"><p>No transcript says <span class="l-name">{asked}</span>.</p>'
        '<p class="l-quiet">All words must be said in one passage: try fewer of them, or the'
        " beginning of a word with a star, such as adapt*. Capitals and accents do not count.</p>"
        "</div>",
        asked=asked,
    )
    st.page_link("library.py", label=say("All transcripts"))


def _transcript(found: list[wire.Hit]) -> None:
    first = found[0]
    show(
        '<div class="l-section"><a href="{address}" target="_self">{name}</a>'
        ' <span class="l-quiet">{when}</span></div><ul class="l-hits">{hits}</ul>',
        address=_address(first.transcription_id),
        name=first.name,
        when=words.moment(first.created_at),
        hits=joined(map(_hit, found)),
    )


def _hit(hit: wire.Hit) -> Markup:
    return html(
        '<li><a href="{address}" target="_self" aria-label="Go to {time}">{time}</a>'
        "<span>{speaker}{text}</span></li>",
        address=_address(hit.transcription_id, hit.at),
        time=words.clock(hit.at),
        speaker=html("<b>{name}</b> ", name=hit.speaker) if hit.speaker else "",
        text=_marked(hit.snippet),
    )


def _marked(snippet: wire.Snippet) -> Markup:
    pieces, place = [], 0
    for mark in snippet.matches:
        pieces.append(html("{before}", before=snippet.text[place : mark.start]))
        pieces.append(html("<mark>{word}</mark>", word=snippet.text[mark.start : mark.end]))
        place = mark.end
    return joined([*pieces, html("{rest}", rest=snippet.text[place:])])


def _address(transcription_id: str, at: float | None = None) -> str:
    query = {"id": transcription_id} | ({} if at is None else {"t": f"{at:.2f}"})
    return f"/transcript?{urlencode(query)}"


def _turn(asked: str, cursor: str | None, following: str | None) -> None:
    if not cursor and not following:
        return
    with st.container(horizontal=True, key="l-turn"):
        if cursor:
            st.page_link("library.py", label=say("First hits"), query_params={"q": asked})
        if following:
            further = {"q": asked, "cursor": following}
            st.page_link("library.py", label=say("More hits"), query_params=further)
