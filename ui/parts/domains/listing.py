"""All domains, and the way to a new one."""

from __future__ import annotations

import streamlit as st

from ui.parts import session, words
from ui.parts.domains import facts
from ui.parts.html import show
from ui.words import say

PAGE = "domains.py"


def page() -> None:
    st.title(say("Domains"), anchor=False)
    show(
        '<p class="l-lead">A domain gives the recogniser the words of your field: its names, its'
        " jargon, its abbreviations.</p>"
    )
    # In a callback an address cannot be changed, so the click is answered here
    if st.button(say("New domain"), type="primary", key="new-domain"):
        st.switch_page(PAGE, query_params={"new": "1"})
    for domain in session.client().domains():
        with st.container(key=f"l-entry-{domain.name}", gap=None):
            st.page_link(
                PAGE, label=f"**{words.plain(domain.title)}**", query_params={"name": domain.name}
            )
            if domain.about:
                show("<p>{about}</p>", about=domain.about)
            show('<p class="l-quiet">{line}</p>', line=facts.line(domain))
