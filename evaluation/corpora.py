"""Corpora of real and of made speech: a folder with `manifest.jsonl`, one clip a line.

A name is that of a corpus, `an4`, or of one of its splits, `an4-test`. Corpora are looked for in
`LECTERN_CORPORA`, in `$LECTERN_HOME/corpora` where `python -m data fetch` puts them, and among the
material that is part of the repository (`data/material`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from app.settings import get_settings
from data.acquisition import manifest
from data.acquisition.description import names
from data.acquisition.manifest import BadManifest, Entry
from data.acquisition.places import MANIFEST, Places
from data.acquisition.state import fetch_command

__all__ = ["BadManifest", "Clip", "Corpus", "CorpusMissing", "Segment", "available", "load"]


class CorpusMissing(Exception):
    """The corpus, or the split of it, is not on this machine; the message says how to get it."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence of a long recording, or a turn of a dialogue."""

    text: str
    start_s: float
    end_s: float
    speaker: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    """Everything else the manifest says of it: words, voice, overlap …"""


@dataclass(frozen=True, slots=True)
class Clip:
    """A recording with what was said in it."""

    id: str
    audio: Path
    duration_s: float
    text: str
    speaker: str | None
    sentences: tuple[str, ...] = ()
    """Of a long recording: its sentences in order; together they are `text`."""
    fields: dict[str, Any] = field(default_factory=dict)
    """Everything else the manifest says: gender, accent, licence …"""
    split: str | None = None
    segments: tuple[Segment, ...] = ()
    """The sentences with their times."""
    sha256: str | None = None
    """Of the audio file, where the manifest says it."""
    path: str = ""
    """Of the audio below the folder of the corpus."""

    def problem(self, *, verify: bool = False) -> str | None:
        """Why this clip cannot be used, None if it can. `verify` compares the sum of its audio.

        Whoever evaluates counts such a clip as failed; the others go on.
        """
        try:
            if not self.audio.is_file():
                return f"its audio {self.path or self.audio} is missing"
            if not self.audio.stat().st_size:
                return f"its audio {self.path or self.audio} is empty"
            if verify and self.sha256 and manifest.sha256_of(self.audio) != self.sha256:
                return f"its audio {self.path or self.audio} is not what the manifest says"
        except OSError as error:
            return f"its audio {self.path or self.audio} cannot be read: {error.strerror}"
        return None


@dataclass(frozen=True)
class Corpus:
    """The clips of a corpus, or of a split of it."""

    name: str
    """As it was asked for: `an4-test`."""
    base: str
    """Of the folder: `an4`."""
    split: str | None
    folder: Path
    clips: tuple[Clip, ...]
    entries: tuple[Entry, ...]

    @cached_property
    def sha256(self) -> str:
        """Of the manifest's lines of these clips; for a whole corpus that of the file."""
        if self.split is None:
            return manifest.sha256_of(self.folder / MANIFEST)
        lines = b"".join(entry.raw + b"\n" for entry in self.entries)
        return hashlib.sha256(lines).hexdigest()

    @property
    def splits(self) -> tuple[str, ...]:
        return tuple(sorted({clip.split for clip in self.clips if clip.split}))

    def failed(self, *, verify: bool = False) -> list[tuple[Clip, str]]:
        """The clips that cannot be used, with the reason."""
        found = ((clip, clip.problem(verify=verify)) for clip in self.clips)
        return [(clip, problem) for clip, problem in found if problem is not None]


_OWN = ("id", "audio", "duration_s", "text", "speaker", "segments", "sha256")


def load(name: str, split: str | None = None) -> list[Clip]:
    """The clips of a corpus or of a split of it, in the order of the manifest.

    Raises:
        CorpusMissing: it is not here, or has no such split.
        BadManifest: its manifest cannot be used; the message names lines and fields.
    """
    return list(corpus(name, split).clips)


def corpus(name: str, split: str | None = None) -> Corpus:
    """The same with its folder and its sum."""
    places = _places()
    folder = places.find(name)
    if folder is not None:
        return _corpus(name, name, folder, split)
    base, _, last = name.rpartition("-")
    folder = places.find(base)
    if folder is not None and last and split in (None, last):
        return _corpus(name, base, folder, last)
    raise CorpusMissing(_missing(name, places))


def at(folder: Path, name: str) -> Corpus:
    """The corpus in a folder that no place of corpora has, under this name."""
    return _corpus(name, name, folder, None)


def corpus_sha256(name: str, split: str | None = None) -> str:
    """What stands in the results of a run: which utterances it was, in which order."""
    return corpus(name, split).sha256


def available() -> list[str]:
    """The corpora on this machine, in alphabetical order."""
    return list(_places().all())


def _places() -> Places:
    settings = get_settings()
    return Places(named=settings.corpora, fetched=settings.home / "corpora")


def _corpus(name: str, base: str, folder: Path, split: str | None) -> Corpus:
    entries: Sequence[Entry] = manifest.read(folder)
    if split is not None:
        chosen = [entry for entry in entries if entry.row.get("split") == split]
        if not chosen:
            raise CorpusMissing(_no_split(base, folder, split, entries))
        entries = chosen
    clips = tuple(_clip(folder, entry.row) for entry in entries)
    return Corpus(name, base, split, folder, clips, tuple(entries))


def _no_split(base: str, folder: Path, split: str, entries: Iterable[Entry]) -> str:
    there = sorted({entry.row["split"] for entry in entries if entry.row.get("split")})
    has = f"Its splits are {', '.join(there)}." if there else "It is not divided into splits."
    return f"The corpus {base} in {folder} has no split {split!r}. {has}"


def _missing(name: str, places: Places) -> str:
    where = f"The corpus {name} is neither in {places.named} nor in {places.fetched}."
    known = name if name in names() else name.rpartition("-")[0]
    if command := fetch_command(known):
        return f"{where} Get it with: {command}"
    here = ", ".join(places.all()) or "none"
    return (
        f"{where} Here are: {here}. Known beside them: {', '.join(names())}. LECTERN_CORPORA names"
        " a folder with corpora of your own."
    )


def _clip(folder: Path, row: dict[str, Any]) -> Clip:
    segments = tuple(_segment(part) for part in row.get("segments", ()))
    return Clip(
        id=row["id"],
        audio=folder / row["audio"],
        duration_s=row["duration_s"],
        text=row.get("text", ""),
        speaker=row.get("speaker"),
        sentences=tuple(segment.text for segment in segments),
        fields={key: value for key, value in row.items() if key not in _OWN},
        split=row.get("split"),
        segments=segments,
        sha256=row.get("sha256"),
        path=row["audio"],
    )


def _segment(part: dict[str, Any]) -> Segment:
    own = ("text", "start_s", "end_s", "speaker")
    return Segment(
        text=part["text"],
        start_s=part["start_s"],
        end_s=part["end_s"],
        speaker=part.get("speaker"),
        fields={key: value for key, value in part.items() if key not in own},
    )
