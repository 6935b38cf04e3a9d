"""Recording with the microphone."""

from __future__ import annotations

import streamlit as st

from ui.parts import problems, session, words
from ui.words import say

_SAMPLE_RATE_HZ = 16_000
"""What the recogniser listens at; more would only be thrown away."""


def recorder() -> list[str]:
    """Ids of the recordings made here; each is sent to the API once."""
    if not st.toggle(say("Record with the microphone"), key="microphone"):
        return []
    audio = st.audio_input(
        say("Recording"), sample_rate=_SAMPLE_RATE_HZ, key="recording", label_visibility="collapsed"
    )
    sent: dict[str, str] = st.session_state.setdefault("microphone_sent", {})
    if audio is not None and audio.file_id not in sent:
        with problems.told():
            when = f"{words.now():%Y-%m-%d %H.%M.%S}"
            name = say("Recording {when}.wav", when=when)
            sent[audio.file_id] = session.client().upload(name, audio).id
    return list(sent.values())
