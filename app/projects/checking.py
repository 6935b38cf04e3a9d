"""What a person may say about a project, checked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from app.errors import Unprocessable
from app.transcriptions.options import checked_keywords

MAX_SPEAKERS: Final = 50
MAX_SPEAKER_CHARACTERS: Final = 64
"""As many as a segment keeps."""


def checked_name(given: str) -> str:
    """Raises `Unprocessable` for one in which nothing can be read."""
    name = _clean(given)
    if not name:
        raise Unprocessable(
            code="name_missing",
            detail="A project needs a name, for example 'Interviews on unpaid care'. Nothing was"
            " changed.",
        )
    return name


def checked_terms(given: Iterable[str]) -> list[str]:
    """Raises `Unprocessable` as for the keywords of a single recording."""
    return list(checked_keywords(given))


def checked_speakers(given: Iterable[str]) -> list[str]:
    """Each once, in the order given. Raises `Unprocessable` for too many, or one too long."""
    names = list(dict.fromkeys(name for raw in given if (name := _clean(raw))))
    if len(names) > MAX_SPEAKERS:
        raise Unprocessable(
            code="too_many_speakers",
            detail=f"{len(names)} names of speakers were given; a project offers {MAX_SPEAKERS}."
            " Nothing was changed; names that occur once can be written in the transcript.",
        )
    for name in names:
        if len(name) > MAX_SPEAKER_CHARACTERS:
            raise Unprocessable(
                code="speaker_too_long",
                detail=f"The name {name[:40]!r}… has {len(name)} characters, at most"
                f" {MAX_SPEAKER_CHARACTERS} are allowed. Nothing was changed.",
            )
    return names


def _clean(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
