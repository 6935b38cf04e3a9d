"""Answers that are no JSON, as the routes describe them: files, streams, parts of files."""

from __future__ import annotations

from typing import Any, Final

Answers = dict[int | str, dict[str, Any]]

BINARY: Final = {"type": "string", "format": "binary"}
TEXT: Final = {"type": "string"}
AUDIO_EXAMPLE: Final = "(the bytes of the recording)"


def content(media_type: str, example: str, schema: dict[str, str] = BINARY) -> dict[str, Any]:
    """One kind of body; of a binary one the example says in words what it is."""
    return {media_type: {"schema": schema, "example": example}}


def audio(about: str) -> Answers:
    """What an address answers that honours Range and If-None-Match (app/storage/ranges.py)."""
    whole = content("audio/*", AUDIO_EXAMPLE)
    return {
        200: {"description": about, "content": whole},
        206: {"description": "The part that `Range` asked for.", "content": whole},
        304: {"description": "`If-None-Match` names what is there: nothing was changed."},
        416: {"description": "The recording has no such part; `Content-Range` has its size."},
    }
