"""All projects, and the way to a new one."""

from __future__ import annotations

import streamlit as st

from ui.parts import session, words
from ui.parts.html import show
from ui.parts.projects import facts
from ui.words import say

PAGE = "projects.py"


def page(cursor: str | None) -> None:
    st.title(say("Projects"), anchor=False)
    found = session.client().projects(cursor)
    if not found.items and not cursor:
        show(
            '<div class="l-empty"><p>Your projects will be listed here.</p><p class="l-quiet">There'
            " are none yet. A project keeps many recordings in one place, such as the interviews of"
            " a study: what they share is said once, and one click takes all transcripts away."
            "</p></div>"
        )
    # In a callback an address cannot be changed, so the click is answered here
    if st.button(say("New project"), type="primary", key="new-project"):
        st.switch_page(PAGE, query_params={"new": "1"})
    for project in found.items:
        with st.container(key=f"l-entry-{project.id}", gap=None):
            st.page_link(
                PAGE, label=f"**{words.plain(project.name)}**", query_params={"id": project.id}
            )
            show('<p class="l-quiet">{line}</p>', line=facts.progress_line(project.progress))
    if cursor or found.next:
        with st.container(horizontal=True, key="l-turn"):
            if cursor:
                st.page_link(PAGE, label=say("Newest"))
            if found.next:
                st.page_link(PAGE, label=say("Older"), query_params={"cursor": found.next})
