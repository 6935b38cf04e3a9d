"""File names as people wrote them, made harmless: they are shown, never used as paths."""

from __future__ import annotations

import unicodedata

from app.errors import Unprocessable

MAX_NAME = 255
NAMELESS = "recording"


def display_name(raw: str | None) -> str:
    """The last part of `raw` without control characters.

    Folders in it are dropped (`../../etc/passwd` is shown as `passwd`). Raises `Unprocessable`
    for a name with a NUL or of more than 255 characters: both say that the sender is broken, and
    a silently changed name would not be found again.
    """
    text = unicodedata.normalize("NFC", raw or "")
    if "\x00" in text:
        raise Unprocessable(
            code="bad_name",
            detail="The file's name contains a NUL character. Nothing was kept; rename the file.",
        )
    if len(text) > MAX_NAME:
        raise Unprocessable(
            code="name_too_long",
            detail=f"The file's name has {len(text)} characters, at most {MAX_NAME} are allowed."
            " Nothing was kept; shorten it.",
        )
    last = text.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip()
    return shown if shown.strip(".") else NAMELESS
