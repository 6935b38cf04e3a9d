"""Library: every transcription, the newest first."""

from __future__ import annotations

import streamlit as st

from ui.parts import library


def page() -> None:
    st.title("Library", anchor=False)
    library.listing(st.query_params.get("cursor"))


page()
