"""Which domain the recordings are transcribed with: none, or one of those there are.

It stands in the page's address (`?domain=ruby`), so that a reload and a link keep it.
"""

from __future__ import annotations

import streamlit as st

from ui.client import ApiError
from ui.parts import problems, session
from ui.parts.html import show
from ui.words import later, say

_PARAMETER = "domain"
_KEY = "option_domain"
GENERAL = later("General")


def chosen() -> str | None:
    """The domain in force; None: none, or one that is not there any more."""
    name = st.session_state.get(_KEY) or st.query_params.get(_PARAMETER, "")
    return name if name and name in _titles() else None


def select() -> None:
    """The box, with what the address says chosen in it."""
    titles = _titles()
    if st.session_state.get(_KEY) not in titles:
        st.session_state[_KEY] = chosen() or ""
    st.selectbox(
        say("Domain"),
        list(titles),
        format_func=lambda name: titles[name],
        key=_KEY,
        on_change=_mirror,
        help=say("A domain gives the recogniser the words of a field. Make your own on Domains."),
    )


def announced() -> None:
    """A line while there is nothing to transcribe yet."""
    name = chosen()
    if name is not None:
        show(
            '<p class="l-quiet">What you drop here is transcribed with the domain {title}.</p>',
            title=_titles()[name],
        )


def _titles() -> dict[str, str]:
    """Title by name; the first is none."""
    try:
        return {"": say(GENERAL)} | {each.name: each.title for each in session.client().domains()}
    except ApiError as error:
        if error.code == problems.UNREACHABLE:
            raise
        return {"": say(GENERAL)}


def _mirror() -> None:
    name = st.session_state[_KEY]
    if name:
        st.query_params[_PARAMETER] = name
    elif _PARAMETER in st.query_params:
        del st.query_params[_PARAMETER]
