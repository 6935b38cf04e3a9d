"""Transcribe, the start page: drop recordings, see what they will take, start, watch."""

from __future__ import annotations

import streamlit as st

from ui.parts import jobs, microphone, prepared, sample, session
from ui.parts.dropzone import dropzone
from ui.words import say


def page() -> None:
    st.title(say("Transcribe a recording"), anchor=False)
    # Ch 28 · Security and Privacy: the recording goes to this computer's own service, nowhere else
    prepared.keep(dropzone(), microphone.recorder())
    prepared.panel()
    jobs.board()
    first_run = not session.client().transcriptions(limit=1).items
    sample.panel(open_=first_run)


page()
