"""Noise for the directions, made here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app.settings import get_settings
from evaluation.conditions.media import write


@pytest.fixture
def noisy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A corpus `noise` with a single recording of white noise."""
    folder = tmp_path / "noise"
    folder.mkdir()
    hiss = np.random.default_rng(1).standard_normal(96_000).astype(np.float32) * 0.1
    (folder / "white.flac").write_bytes(write(hiss))
    row = {"id": "white", "audio": "white.flac", "kind": "noise", "duration_s": 6.0}
    (folder / "manifest.jsonl").write_text(json.dumps(row) + "\n")
    yield from _corpora(tmp_path, monkeypatch)


@pytest.fixture
def no_noise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    yield from _corpora(tmp_path, monkeypatch)


def _corpora(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LECTERN_CORPORA", str(folder))
    monkeypatch.setenv("LECTERN_HOME", str(folder / "home"))
    get_settings.cache_clear()
    yield
    monkeypatch.undo()
    get_settings.cache_clear()
