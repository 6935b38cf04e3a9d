"""The transcript beside its recording: read, listen, see what is in doubt, put it right."""

# Ch 7 · Planning for Mistakes: doubtful words are marked and one click plays them

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import streamlit as st

from ui import wire

_FOLDER = Path(__file__).parent
DOUBT_BELOW = 0.5
"""Words with a lower probability than this are marked."""
FLAGS = {
    "low_confidence": "The model was unsure of this passage",
    "repetition": "The same words again and again: often an invention of the model",
    "no_speech_detected": "Hardly any speech was measured here, so the words may be invented",
    "too_fast": "More words than anyone can say in this time",
    "missed_speech": "Somebody speaks here, but the model wrote nothing",
    "inaudible": "Speech that could not be made out",
    "repaired": "A word above a dashed line is a term of the domain, in the place of what sounded"
    " like it; rest on it to read what that was",
    "failed": "No model could recognise this passage; the recording is kept",
}
"""What each flag of a segment means to a reader."""

_SCRIPTS = ("api", "text", "player", "editor", "history", "reader")

_mount = st.components.v2.component(
    "lectern_reader",
    html=(_FOLDER / "reader.html").read_text(),
    css=(_FOLDER / "reader.css").read_text(),
    js="\n".join((_FOLDER / f"{name}.js").read_text() for name in _SCRIPTS),
)


def reader(job: wire.Transcription) -> None:
    """The component asks the API for text and sound by itself; it is told only what to ask for."""
    _mount(
        key=f"reader-{job.id}",
        data={
            "address": f"/api/transcriptions/{quote(job.id, safe='')}",
            "revision": job.revision,
            "active": job.active,
            "editable": job.status == "succeeded",
            "doubtBelow": DOUBT_BELOW,
            "flagNames": FLAGS,
        },
        # The page says how many places were corrected: drawn again when somebody is done
        on_corrected_change=lambda: None,
    )
