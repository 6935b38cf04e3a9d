"""What the theme cannot say: the reading column, hairlines, and Streamlit's own furniture away."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_FOLDER = Path(__file__).parent


def apply() -> None:
    """Once a run, before anything is shown."""
    st.html(_FOLDER / "look.css")
