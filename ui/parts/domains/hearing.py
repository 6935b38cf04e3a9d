"""A term read aloud, below the table it stands in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from ui.client import ApiError
from ui.parts import problems, session, words
from ui.parts.html import show
from ui.words import later, say

LABEL = later("Hear")


def column(key: str, term_of: Callable[[int], tuple[str, str] | None]) -> Any:
    """A column of buttons; `term_of` gives term and respelling of a row as it stands now."""
    return st.column_config.ButtonColumn(
        say("Aloud"),
        help=say("How the term sounds as it is respelled"),
        width=70,
        type="tertiary",
        key=f"{key}-hear",
        on_click=_choose,
        args=(key, term_of),
    )


def player(key: str) -> None:
    """What was asked for last."""
    asked: tuple[str, str] | None = st.session_state.get(f"{key}-heard")
    if asked is None:
        return
    term, sounds_like = asked
    try:
        doing = say(
            "Reading “{term}” aloud; the first term takes some seconds", term=words.plain(term)
        )
        with st.spinner(doing, width="content"):
            clip = session.client().speech(term, sounds_like)
    except ApiError as error:
        problems.tell(error)
        st.session_state.pop(f"{key}-heard")
        return
    if sounds_like:
        show(
            '<p class="l-quiet">{term} as “{said}”, read by a synthetic voice</p>',
            term=term,
            said=sounds_like,
        )
    else:
        show('<p class="l-quiet">{term}, read by a synthetic voice</p>', term=term)
    st.audio(clip, format="audio/ogg", autoplay=True)


def _choose(key: str, term_of: Callable[[int], tuple[str, str] | None]) -> None:
    clicked = st.session_state.get(f"{key}-hear")
    chosen = term_of(clicked["row"]) if clicked else None
    if chosen is not None:
        st.session_state[f"{key}-heard"] = chosen
