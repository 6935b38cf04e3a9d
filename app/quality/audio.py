"""Where the recordings of a corpus lie on this computer.

A run names its recordings by their path below the corpus folder. Only those are ever opened, and
only inside that folder: a run may come from anywhere.
"""

# Ch 28 · Security and Privacy: a results file cannot make the API read a file outside the corpora

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from app.storage.base import PIECE_BYTES, ObjectMissing, StoredObject
from data.acquisition.places import described_places

MEDIA_TYPES: Final = MappingProxyType(
    {
        ".flac": "audio/flac",
        ".opus": "audio/ogg",
        ".ogg": "audio/ogg",
        ".wav": "audio/wav",
        ".mp3": "audio/mpeg",
        ".m4a": "audio/mp4",
        ".webm": "audio/webm",
    }
)
"""What an `<audio>` element plays. Anything else in a corpus folder is not audio."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LAST_PART = re.compile(r"[-._][A-Za-z0-9]*$")


def find(roots: Sequence[Path], corpus: str, audio: str) -> Path | None:
    """The file, or None where this computer has none that may be played."""
    for folder in corpus_folders(roots, corpus):
        try:
            path = (folder / audio).resolve(strict=True)
            inside = path.is_relative_to(folder.resolve(strict=True))
        except (OSError, ValueError, RuntimeError):
            continue
        if inside and path.is_file() and path.suffix.lower() in MEDIA_TYPES:
            return path
    return None


def corpus_folders(roots: Sequence[Path], corpus: str) -> Iterator[Path]:
    """Folders that may have it: `an4-test` is a part of `an4`."""
    for name in names(corpus):
        for root in roots:
            if (root / name).is_dir():
                yield root / name
        place = described_places().get(name)
        if place is not None and place.is_dir():
            yield place


def names(corpus: str) -> Iterator[str]:
    """`an4-test`, then `an4`."""
    while _NAME.fullmatch(corpus):
        yield corpus
        shorter = _LAST_PART.sub("", corpus)
        if shorter == corpus:
            return
        corpus = shorter


@dataclass(frozen=True, slots=True)
class OneFile:
    """A file as the storage's answer to a Range wants it; its version is part of the key."""

    path: Path

    @property
    def key(self) -> str:
        found = self.path.stat()
        return f"{self.path}:{found.st_mtime_ns}:{found.st_size}"

    def stat(self, key: str) -> StoredObject:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            raise ObjectMissing(key) from None
        return StoredObject(key, found.st_size, found.st_mtime)

    def read(self, key: str, start: int, end: int) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            file.seek(start)
            while piece := file.read(min(PIECE_BYTES, end - start)):
                start += len(piece)
                yield piece
