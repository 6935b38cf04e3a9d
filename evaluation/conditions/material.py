"""Noise, rooms and voices that conditions are made of. Where they are missing, it is said.

Noise and impulse responses are those of the corpus `noise`; nothing is generated in their place,
because a figure for "noise" must not silently mean another noise. Babble is made of the synthetic
sentences in `data/material/functionality`, which every checkout has: no speaker of a real corpus
is ever among them, and the voice of a synthetic clip is left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.settings import REPOSITORY, get_settings
from data.acquisition import manifest
from data.acquisition.places import MANIFEST, Places
from data.audio.decode import decode, read, resample
from evaluation.conditions.levels import active, active_dbfs, dbfs, gain
from evaluation.conditions.types import MaterialMissing
from worker.pipeline.types import SAMPLE_RATE, Samples

MATERIAL: Final = REPOSITORY / "data" / "material"
SHORTEST_NOISE_S: Final = 4.0
"""A tap or a scratch, played over and over, would be a rhythm."""
QUIETEST_NOISE_DBFS: Final = -60.0


@dataclass(frozen=True, slots=True)
class Sound:
    """A file of the material and what is in it."""

    id: str
    sha256: str
    samples: Samples


@dataclass(frozen=True, slots=True)
class Response:
    """What a room answers to one clap."""

    sha256: str
    samples: Samples
    direct: int
    """The sample at which the sound itself arrives: the loudest."""


def noises() -> tuple[Sound, ...]:
    """Recorded noise, by id. Raises `MaterialMissing`."""
    return _noises(_noise_folder())


def rooms() -> dict[str, Response]:
    """Impulse responses by id. Raises `MaterialMissing`."""
    return _rooms(_noise_folder())


def voices() -> dict[str, Sound]:
    """All sentences of each synthetic voice in one piece, all equally loud."""
    return _voices(MATERIAL)


def voices_in(clip_id: str) -> frozenset[str]:
    """The synthetic voices of a clip that is committed under `data/material`, else none."""
    return _voices_of_clips(MATERIAL).get(clip_id, frozenset())


def digest(*sounds: Sound) -> str:
    """One sum for all of them."""
    return hashlib.sha256("".join(sound.sha256 for sound in sounds).encode()).hexdigest()


@lru_cache(maxsize=2)
def _noises(folder: Path) -> tuple[Sound, ...]:
    found = []
    for row in _rows(folder):
        if row["kind"] == "noise" and row["duration_s"] >= SHORTEST_NOISE_S:
            sound = _sound(row["id"], folder / row["audio"])
            if dbfs(sound.samples) >= QUIETEST_NOISE_DBFS:
                found.append(sound)
    if not found:
        raise MaterialMissing(
            f"The corpus noise in {folder} has no recording of noise of {SHORTEST_NOISE_S:.0f} s"
            " or more."
        )
    return tuple(sorted(found, key=lambda sound: sound.id))


@lru_cache(maxsize=2)
def _rooms(folder: Path) -> dict[str, Response]:
    found = {}
    for row in _rows(folder):
        if row["kind"] == "impulse-response":
            path = folder / row["audio"]
            stored = read(path)  # of several microphones the first: a mean would be another room
            first = resample(replace(stored, channels=stored.channels[:1]))
            found[row["id"]] = Response(_sum(path), first, int(np.abs(first).argmax()))
    return found


def _noise_folder() -> Path:
    settings = get_settings()
    folder = Places(settings.corpora, settings.home / "corpora").find("noise")
    if folder is None:
        raise MaterialMissing(
            f"The corpus noise is not in {settings.corpora}: conditions with noise and rooms are"
            " made of its recordings, and nothing is put in their place. Set LECTERN_CORPORA to a"
            " folder that has it, or leave these conditions out; `python -m data describe noise`"
            " says what it is."
        )
    return folder


def _rows(folder: Path) -> list[dict[str, Any]]:
    """The noise corpus, or another in its form. Raises `MaterialMissing`."""
    try:
        return [entry.row for entry in manifest.read(folder)]
    except manifest.BadManifest as error:
        raise MaterialMissing(str(error)) from error


@lru_cache(maxsize=2)
def _voices(material: Path) -> dict[str, Sound]:
    folder = material / "functionality"
    parts: dict[str, list[Sound]] = {}
    for row in _rows(folder):
        sound = _sound(row["id"], folder / row["audio"])
        speaking = np.flatnonzero(active(sound.samples))
        spoken = sound.samples[speaking[0] : speaking[-1] + 1]
        even = gain(spoken, -20.0 - active_dbfs(spoken))
        parts.setdefault(row["voice"], []).append(replace(sound, samples=even))
    return {
        voice: Sound(voice, digest(*sounds), np.concatenate([each.samples for each in sounds]))
        for voice, sounds in sorted(parts.items())
    }


@lru_cache(maxsize=2)
def _voices_of_clips(material: Path) -> dict[str, frozenset[str]]:
    names = _voices(material).keys()
    return {
        clip_id: frozenset(name for name in names if f'"{name}"' in line)
        for clip_id, line in _committed(material)
    }


def _committed(material: Path) -> Iterator[tuple[str, str]]:
    """Id and line of every clip that is part of the repository."""
    for path in sorted(material.glob(f"*/{MANIFEST}")):
        for entry in manifest.read(path.parent):
            yield entry.row["id"], entry.raw.decode()


def _sound(name: str, path: Path) -> Sound:
    return Sound(name, _sum(path), decode(path))


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def excerpt(sound: Samples, length: int, chance: np.random.Generator) -> Samples:
    """`length` samples from a drawn place on, around the end to the beginning where needed."""
    start = int(chance.integers(len(sound)))
    return np.take(sound, np.arange(start, start + length), mode="wrap")


def too_quiet(samples: Samples) -> bool:
    """Whether there is next to nothing in it, so that it could not be brought to a level."""
    return dbfs(samples) < QUIETEST_NOISE_DBFS - 20 or len(samples) < SAMPLE_RATE // 100
