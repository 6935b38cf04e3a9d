"""Which language a visitor reads: what they chose, else what their browser asks for.

The choice is a cookie, which `ui.switching` sets. A run of a page notes the language in its
session, so that two visitors never share one; outside a session it is English.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

import streamlit as st
from babel import Locale
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui.words.catalogue import LANGUAGES, LOCALES, SOURCE

COOKIE: Final = "lectern_language"
_KEY: Final = "language"
_used: ContextVar[str | None] = ContextVar("language", default=None)


def begin() -> str:
    """Note the language of this session, at the start of each run of a page."""
    found = preferred(st.context.cookies.get(COOKIE), st.context.locale)
    st.session_state[_KEY] = found
    return found


def preferred(chosen: str | None, browsers: str | None) -> str:
    """`browsers` is a language tag (RFC 5646), e.g. `de-AT`; unknown ones are read as English."""
    if chosen in LANGUAGES:
        return str(chosen)
    asked = (browsers or "").partition("-")[0].lower()
    return asked if asked in LANGUAGES else SOURCE


def language() -> str:
    """`en` or `de`."""
    used = _used.get()
    if used is not None:
        return used
    if get_script_run_ctx(suppress_warning=True) is None:
        return SOURCE
    return str(st.session_state.get(_KEY, SOURCE))


def locale() -> Locale:
    """For Babel's formatting."""
    return Locale.parse(LOCALES[language()])


@contextmanager
def using(language: str) -> Iterator[None]:
    """Inside, everything is said in `language`, whoever looks."""
    token = _used.set(language)
    try:
        yield
    finally:
        _used.reset(token)
