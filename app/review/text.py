"""What may stand in a transcript."""

# Ch 28 · Security and Privacy: text typed by anybody is bounded and holds no control characters

from __future__ import annotations

import unicodedata
from typing import Final

from app.errors import Unprocessable

MAX_TEXT: Final = 5000
"""Characters of a segment; half a minute of fast speech has six hundred."""
MAX_SPEAKER: Final = 64


def cleaned(text: str, *, what: str = "text", most: int = MAX_TEXT) -> str:
    """`text` composed (NFC), with single spaces for all white space and none at its ends.

    Empty is allowed: nothing was said there. Raises `Unprocessable`.
    """
    composed = unicodedata.normalize("NFC", text)
    at = next((c for c in composed if unicodedata.category(c) == "Cc" and c not in "\t\n\r"), "")
    if at:
        raise Unprocessable(
            code="control_character",
            detail=f"The {what} has a control character (U+{ord(at):04X}), which no program could"
            " show. Nothing was changed; take it out.",
        )
    found = " ".join(composed.split())
    if len(found) > most:
        raise Unprocessable(
            code="text_too_long",
            detail=f"The {what} has {len(found)} characters; at most {most} are allowed. Nothing"
            " was changed; split the segment to write more.",
        )
    return found
