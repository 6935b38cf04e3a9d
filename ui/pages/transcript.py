"""Transcript (`?id=tr_…&t=62.1`): read it, listen to it, take it away."""

from __future__ import annotations

import streamlit as st

from ui.client import ApiError
from ui.parts import problems, session, transcript, words


def page() -> None:
    transcription_id = st.query_params.get("id", "")
    try:
        job = session.client().transcription(transcription_id)
    except ApiError as error:
        if error.code == problems.UNREACHABLE:
            raise
        transcript.missing(error)
        return
    transcript.show_job(job, words.second(st.query_params.get("t")))


page()
