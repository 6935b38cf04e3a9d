"""The transcript beside its recording: read, listen, see what is in doubt, put it right."""

# Ch 7 · Planning for Mistakes: doubtful words are marked and one click plays them

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import streamlit as st

from ui import wire
from ui.parts.marks import DOUBT_BELOW, FLAGS

_FOLDER = Path(__file__).parent
_SCRIPTS = ("api", "text", "player", "moment", "editor", "history", "comments", "reader")

_mount = st.components.v2.component(
    "lectern_reader",
    html=(_FOLDER / "reader.html").read_text(),
    css=(_FOLDER / "reader.css").read_text(),
    js="\n".join((_FOLDER / f"{name}.js").read_text() for name in _SCRIPTS),
)


def reader(job: wire.Transcription, at: float | None = None) -> None:
    """The component asks the API for text and sound by itself; it is told only what to ask for.

    `at` is a second of the recording that is shown first.
    """
    _mount(
        key=f"reader-{job.id}",
        data={
            "address": f"/api/transcriptions/{quote(job.id, safe='')}",
            "revision": job.revision,
            "at": at,
            "active": job.active,
            "editable": job.status == "succeeded",
            "commentable": job.status == "succeeded",
            "guest": False,
            "doubtBelow": DOUBT_BELOW,
            "flagNames": FLAGS,
        },
        # The page says how many places were corrected: drawn again when somebody is done
        on_corrected_change=lambda: None,
    )
