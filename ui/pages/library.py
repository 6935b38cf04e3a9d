"""Library: every transcription, the newest first; `?q=…` where something was said."""

from __future__ import annotations

import streamlit as st

from ui.parts import library, search
from ui.words import say


def page() -> None:
    st.title(say("Library"), anchor=False)
    asked = search.box()
    cursor = st.query_params.get("cursor")
    if asked:
        search.hits(asked, cursor)
    else:
        library.listing(cursor)


page()
