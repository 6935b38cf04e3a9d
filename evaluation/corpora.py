"""Corpora of real speech: a folder with `manifest.jsonl`, one clip a line."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.settings import get_settings


class CorpusMissing(Exception):
    """The corpus is not on this machine."""


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


_OWN = ("id", "audio", "duration_s", "text", "speaker", "segments")


def load(name: str) -> list[Clip]:
    """The clips of a corpus in `LECTERN_CORPORA`. Raises `CorpusMissing` with what to do."""
    folder = get_settings().corpora / name
    manifest = folder / "manifest.jsonl"
    if not manifest.is_file():
        raise CorpusMissing(
            f"The corpus {name} is not in {folder.parent}. Set LECTERN_CORPORA to the folder that"
            " has it."
        )
    with manifest.open() as lines:
        return [_clip(folder, json.loads(line)) for line in lines if line.strip()]


def _clip(folder: Path, row: dict[str, Any]) -> Clip:
    return Clip(
        id=row["id"],
        audio=folder / row["audio"],
        duration_s=row["duration_s"],
        text=row.get("text", ""),
        speaker=row.get("speaker"),
        sentences=tuple(part["text"] for part in row.get("segments", ())),
        fields={key: value for key, value in row.items() if key not in _OWN},
    )
