"""Turns that were made once are not made again: a long recording can be interrupted and resumed."""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from data.synthesis.script import Turn
from data.synthesis.timeline import Speak, Speech, Word

_FORM = 1
"""Counted up when what is kept of a turn, or how its words are timed, changes."""


def cached(speak: Speak, folder: Path, made_by: Mapping[str, Any]) -> Speak:
    """Look in the folder before speaking a turn, and keep what was spoken there.

    Args:
        made_by: model, voices and versions (`provenance`): other ones are other speech.
    """
    folder.mkdir(parents=True, exist_ok=True)

    def speaking(turn: Turn) -> Speech:
        path = folder / f"{key(turn, made_by)}.npz"
        kept = _read(path)
        if kept is None:
            kept = speak(turn)
            _write(path, kept)
        return kept

    return speaking


def key(turn: Turn, made_by: Mapping[str, Any]) -> str:
    """What the speech of a turn depends on, as a name for it."""
    voice = made_by["voices_sha256"][turn.voice]
    same = {name: value for name, value in made_by.items() if name != "voices_sha256"}
    parts = [_FORM, turn.said, turn.units, turn.voice, voice, turn.speed, same]
    parts += [turn.language] if turn.language else []
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]


def _read(path: Path) -> Speech | None:
    """None when there is nothing, or half a file of a machine that lost its power."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            words = tuple(Word(*word) for word in json.loads(str(stored["words"])))
            return Speech(stored["samples"], words)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _write(path: Path, speech: Speech) -> None:
    words = json.dumps([[word.word, word.start_s, word.end_s] for word in speech.words])
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        np.savez(file, allow_pickle=False, samples=speech.samples, words=np.array(words))
    Path(file.name).replace(path)
