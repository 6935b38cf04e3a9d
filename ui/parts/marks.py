"""How doubts about a transcript are marked for a reader."""

from __future__ import annotations

from ui.words import later

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
