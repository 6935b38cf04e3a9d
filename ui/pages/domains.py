"""Domains (`?name=ruby`, `?new=1`): the words of a field, taught to the recogniser."""

from __future__ import annotations

import streamlit as st

from ui.client import ApiError
from ui.parts import problems, session
from ui.parts.domains import listing, making, own
from ui.words import say


def page() -> None:
    name = st.query_params.get("name", "")
    if name:
        _domain(name)
    elif "new" in st.query_params:
        making.page()
    else:
        listing.page()


def _domain(name: str) -> None:
    try:
        domain = session.client().domain(name)
    except ApiError as error:
        if error.code == problems.UNREACHABLE:
            raise
        st.title(say("Domains"), anchor=False)
        problems.tell(error)
        st.page_link("domains.py", label=say("All domains"))
        return
    own.page(domain)


page()
