"""How doubts about a transcript are marked for a reader."""

from __future__ import annotations

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
