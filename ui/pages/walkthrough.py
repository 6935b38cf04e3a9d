"""Walkthrough: the book's chapters, and where this product answers each (`?chapter=7`)."""

from __future__ import annotations

import streamlit as st

from ui.client import ApiError
from ui.parts import chapters, problems, session
from ui.words import SOURCE, using


def page() -> None:
    chosen = st.query_params.get("chapter", "")
    if not chosen.isdecimal():
        chapters.contents(session.client().chapters())
        return
    try:
        chapter = session.client().chapter(int(chosen[:4]))
    except ApiError as error:
        if error.code == problems.UNREACHABLE:
            raise
        problems.tell(error)
        st.page_link("walkthrough.py", label="All chapters")
        return
    chapters.chapter_page(chapter)


with using(SOURCE):
    page()
