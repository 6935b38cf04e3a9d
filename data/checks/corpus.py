"""A corpus as it lies on the disk: `manifest.jsonl` line by line, nothing taken for granted."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from data.acquisition.places import MANIFEST, REPOSITORY, Places, name_of


class CannotCheck(Exception):
    """There is nothing to check, or what was asked for does not exist; the message says what."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A line of the manifest. Its values may be of any type: the rules say which are wrong."""

    line: int
    fields: dict[str, Any]

    @property
    def name(self) -> str:
        """The id, or the line where there is none."""
        found = self.fields.get("id")
        return found if isinstance(found, str) and found else f"line {self.line}"

    def words(self, field: str) -> str:
        """A field as text; "" where it is missing or something else."""
        value = self.fields.get(field)
        return value if isinstance(value, str) else ""

    def number(self, field: str) -> float | None:
        value = self.fields.get(field)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return float(value)

    @property
    def text(self) -> str:
        return self.words("text")

    @property
    def speaker(self) -> str:
        return self.words("speaker")

    @property
    def split(self) -> str:
        return self.words("split")

    @property
    def is_speech(self) -> bool:
        """False for what is kept because nobody speaks in it: a `kind`, no text and no speaker."""
        return bool(self.text.strip() or self.speaker or "kind" not in self.fields)


@dataclass(frozen=True)
class Corpus:
    """A folder with a manifest."""

    name: str
    folder: Path
    clips: tuple[Clip, ...]
    broken: tuple[tuple[int, str], ...] = ()
    """Lines that are not a JSON object, and why."""

    @cached_property
    def speech(self) -> tuple[Clip, ...]:
        return tuple(clip for clip in self.clips if clip.is_speech)

    def audio(self, clip: Clip) -> Path | None:
        """Where the sound of a clip is; None when the manifest names none inside the folder."""
        relative = clip.words("audio")
        path = self.folder / relative
        try:
            inside = relative and path.resolve().is_relative_to(self.folder.resolve())
        except (ValueError, OSError):  # A null byte, a loop of links
            return None
        return path if inside else None


def home() -> Path:
    """Where the product keeps what it makes: `LECTERN_HOME`, as in its settings."""
    return Path(os.environ.get("LECTERN_HOME") or REPOSITORY / ".lectern")


def find(name: str) -> Path:
    """The folder of a corpus, by its name or its path. Raises `CannotCheck`."""
    given = Path(name)
    if (given / MANIFEST).is_file():
        return given
    places = Places.from_environment()
    found = places.find(name)
    if found is None:
        looked = f"{places.named}, {places.fetched} or {places.committed}"
        raise CannotCheck(
            f"There is no corpus {name!r}: no folder of that name with a {MANIFEST} in {looked}."
            " Fetch it (python -m data list), name its folder, or set LECTERN_CORPORA."
        )
    return found


def read(folder: Path) -> Corpus:
    """Raises `CannotCheck` when no line can be read."""
    clips: list[Clip] = []
    broken: list[tuple[int, str]] = []
    try:
        content = (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise CannotCheck(f"{folder / MANIFEST} cannot be read: {error}") from error
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            broken.append((number, str(error)))
            continue
        if isinstance(row, dict):
            clips.append(Clip(number, row))
        else:
            broken.append((number, "not a JSON object"))
    if not clips:
        raise CannotCheck(f"{folder / MANIFEST} has no clips in it.")
    return Corpus(name_of(folder), folder, tuple(clips), tuple(broken))
