"""Projects (`?id=prj_…`, `?new=1`): recordings that belong together."""

from __future__ import annotations

import streamlit as st

from ui.client import ApiError
from ui.parts import problems, session
from ui.parts.projects import listing, making, one
from ui.words import say


def page() -> None:
    project_id = st.query_params.get("id", "")
    if project_id:
        _one(project_id)
    elif "new" in st.query_params:
        making.page()
    else:
        listing.page(st.query_params.get("cursor"))


def _one(project_id: str) -> None:
    try:
        project = session.client().project(project_id)
    except ApiError as error:
        if error.code == problems.UNREACHABLE:
            raise
        st.title(say("Projects"), anchor=False)
        problems.tell(error)
        st.page_link("projects.py", label=say("All projects"))
        return
    one.page(project)


page()
