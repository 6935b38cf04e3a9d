"""A new project: a name, and what its recordings share."""

from __future__ import annotations

import streamlit as st

from ui.client import ApiError
from ui.parts import problems, session
from ui.parts.projects import fields
from ui.words import say


def page() -> None:
    st.title(say("New project"), anchor=False)
    name = fields.name()
    settings = fields.shared()
    action = st.container()
    with st.expander(say("More")):
        settings |= fields.details()
    with action:
        made = st.button(
            say("Make the project"), type="primary", key="make-project", disabled=not name.strip()
        )
    if not made:
        return
    try:
        project = session.client().make_project(name, **settings)
    except ApiError as error:
        problems.tell(error)
        return
    st.switch_page("projects.py", query_params={"id": project.id})
