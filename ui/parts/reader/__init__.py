"""The transcript beside its recording: read, listen, see what is in doubt, put it right."""

# Ch 7 · Planning for Mistakes: doubtful words are marked and one click plays them

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from ui import wire
from ui.parts.component import component
from ui.words import later, say

_FOLDER = Path(__file__).parent
DOUBT_BELOW = 0.5
"""Words with a lower probability than this are marked."""
FLAGS = {
    "low_confidence": later("The model was unsure of this passage"),
    "repetition": later("The same words again and again: often an invention of the model"),
    "no_speech_detected": later(
        "Hardly any speech was measured here, so the words may be invented"
    ),
    "too_fast": later("More words than anyone can say in this time"),
    "missed_speech": later("Somebody speaks here, but the model wrote nothing"),
    "inaudible": later("Speech that could not be made out"),
    "repaired": later(
        "A word above a dashed line is a term of the domain, in the place of what"
        " sounded like it; rest on it to read what that was"
    ),
    "failed": later("No model could recognise this passage; the recording is kept"),
}
"""What each flag of a segment means to a reader."""

_SCRIPTS = ("api", "text", "player", "moment", "editor", "history", "reader")

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
            "doubtBelow": DOUBT_BELOW,
            "flagNames": {name: say(meaning) for name, meaning in FLAGS.items()},
        },
        # The page says how many places were corrected: drawn again when somebody is done
        on_corrected_change=lambda: None,
    )
