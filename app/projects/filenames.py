"""Names of files in an archive: safe on every system, and no two alike."""

from __future__ import annotations

import unicodedata
from typing import Final

from pathvalidate import sanitize_filename

_MOST_BYTES: Final = 180
"""Of a name without its suffix: room is left for a number, and for the folder it is unpacked in."""


class Names:
    """Gives each file a name of its own; some systems take `A` and `a` for the same."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def unique(self, wanted: str, suffix: str) -> str:
        """`wanted` without its own suffix, and a number behind it where it is taken."""
        stem = safe_stem(wanted)
        name, number = f"{stem}.{suffix}", 1
        while name.casefold() in self._taken:
            number += 1
            name = f"{stem} ({number}).{suffix}"
        self._taken.add(name.casefold())
        return name


def safe_stem(name: str) -> str:
    """A name that Windows, macOS and Linux take, without folders and without its suffix."""
    # Ch 28 · Security and Privacy: a recording's name is anybody's, and never leaves the folder
    stem = unicodedata.normalize("NFC", name).rsplit(".", 1)[0] or name
    clean = sanitize_filename(stem.replace("/", "_").replace("\\", "_"), replacement_text="_")
    while len(clean.encode()) > _MOST_BYTES:
        clean = clean[:-1]
    return clean.strip(" .") or "transcript"
