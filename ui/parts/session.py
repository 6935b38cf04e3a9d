"""The one API client of this server, shared by all sessions: it holds no state of any of them."""

from __future__ import annotations

import streamlit as st

from ui.client import Client
from ui.settings import get_settings


@st.cache_resource(show_spinner=False)
def _shared() -> Client:
    return Client(get_settings())


def client() -> Client:
    """What the pages speak to; tests put a fake in its place."""
    return _shared()
