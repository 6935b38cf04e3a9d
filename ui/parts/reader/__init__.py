"""The transcript beside its recording: read, listen, see what is in doubt, put it right."""

# Ch 7 · Planning for Mistakes: doubtful words are marked and one click plays them

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from ui import wire
from ui.parts.component import component
from ui.parts.marks import DOUBT_BELOW, FLAGS
from ui.words import say

_FOLDER = Path(__file__).parent
_SCRIPTS = ("api", "text", "player", "moment", "editor", "history", "comments", "reader")

_mount = component(
    "lectern_reader",
    _FOLDER / "reader.html",
    _FOLDER / "reader.css",
    [_FOLDER / f"{name}.js" for name in _SCRIPTS],
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
            "flagNames": {name: say(meaning) for name, meaning in FLAGS.items()},
        },
        # The page says how many places were corrected: drawn again when somebody is done
        on_corrected_change=lambda: None,
    )
