"""Transcripts kept by what decides them, so that nothing is transcribed twice.

A key is the hash of the audio, what was done to it, the weights, the options, how it was heard and
the code that heard it. Change any of them and it is heard again.
"""

# Ch 11 · Automating the Pipeline: a second evaluation costs seconds, and a change re-runs what depends on it

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.settings import REPOSITORY
from evaluation.runs.heard import Heard, from_json, to_json

_CODE = ("worker/pipeline", "worker/features", "worker/decoder", "worker/host.py", "app/media")
_PACKAGES = ("ctranslate2", "faster-whisper", "onnxruntime", "av", "numpy", "tokenizers")


@lru_cache(maxsize=1)
def hearing_code() -> str:
    """Hash of the modules and packages that turn audio into words."""
    digest = hashlib.sha256()
    for place in _CODE:
        path = REPOSITORY / place
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            digest.update(file.relative_to(REPOSITORY).as_posix().encode())
            digest.update(file.read_bytes())
    for name in _PACKAGES:
        digest.update(f"{name}=={importlib.metadata.version(name)}".encode())
    return digest.hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder of transcripts, and of how long each session of transcribing took."""

    folder: Path

    def key(self, what: Mapping[str, Any]) -> str:
        """Of everything that decides a transcript; must be JSON."""
        text = json.dumps({**what, "code": hearing_code()}, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def get(self, key: str) -> Heard | None:
        """The transcript, or None. A damaged one counts as none and is heard again."""
        try:
            return from_json(json.loads(self._path(key).read_text()))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def put(self, key: str, heard: Heard) -> None:
        """Keep it; in one step, as several evaluations may run at once."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
            json.dump(to_json(heard), file)
        Path(file.name).replace(path)

    def measured(self, key: str, measure: Callable[[], float | None]) -> float | None:
        """A number that is costly to measure, kept as long as its key."""
        path = self._path(key).with_suffix(".number")
        try:
            known: float | None = json.loads(path.read_text())
        except (OSError, ValueError):
            known = measure()
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(known))
        return known

    def add_session(self, key: str, session: Mapping[str, float]) -> None:
        """Remember a stretch of transcribing: `audio_s`, `wall_s`, `cpu_s`, `peak_rss_mb`."""
        path = self._path(key).with_suffix(".sessions")
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as file:
            file.write(json.dumps(dict(session)) + "\n")

    def sessions(self, key: str) -> list[dict[str, float]]:
        """All that were remembered; half-written lines of a killed process are passed over."""
        path = self._path(key).with_suffix(".sessions")
        found = []
        for line in path.read_text().splitlines() if path.is_file() else ():
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
        return found

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / key[2:]
