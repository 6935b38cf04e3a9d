"""Settings: which programs are told when something is done."""

from __future__ import annotations

import streamlit as st

from ui.parts import session, webhooks
from ui.words import say


def page() -> None:
    st.title(say("Settings"), anchor=False)
    found = session.client().webhooks()
    webhooks.secret()
    webhooks.listed(found.items)
    webhooks.adding(found.types)


page()
