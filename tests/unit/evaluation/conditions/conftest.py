"""A corpus of noise made here, and speech that every checkout has."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app.settings import REPOSITORY, get_settings
from data.audio.decode import Samples, decode
from evaluation.conditions.media import write

RATE = 16_000


@pytest.fixture(scope="session")
def speech() -> Samples:
    """Eight seconds of a talk, pauses included."""
    return decode(REPOSITORY / "data" / "samples" / "talk.opus")[: 8 * RATE]


@pytest.fixture(scope="session")
def noise_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two steady noises, one scratch, one silence and the rooms of the registry."""
    folder = tmp_path_factory.mktemp("corpora")
    chance = np.random.default_rng(7)
    white = chance.standard_normal(6 * RATE) * 0.1
    sounds = {
        "noise/white": white,
        "noise/brown": np.convolve(white, np.ones(50) / 7, mode="same"),
        "noise/scratch": white[: RATE // 2],
        "noise/nothing": np.zeros(6 * RATE),
    }
    for number, name in enumerate(
        ("impulse_response_0", "rir1", "rir48000", "stereo_impulse_response"), start=1
    ):
        tail = chance.standard_normal(RATE) * np.exp(-np.arange(RATE) / (800 * number))
        sounds[f"impulse-response/{name}"] = np.concatenate([np.zeros(300), [0.9], 0.1 * tail])
    rows = []
    for name, samples in sounds.items():
        path = folder / "noise" / f"{name}.flac"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(write(samples.astype(np.float32)))
        row = {"id": name, "audio": f"{name}.flac", "kind": name.split("/")[0]}
        rows.append(row | {"duration_s": len(samples) / RATE})
    manifest = folder / "noise" / "manifest.jsonl"
    manifest.write_text("\n".join(json.dumps(row) for row in rows) + "\n")
    return folder


@pytest.fixture
def noisy(noise_corpus: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The corpus above is the one that is found."""
    yield from _corpora(noise_corpus, monkeypatch)


@pytest.fixture
def no_corpora(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A machine without any corpus."""
    yield from _corpora(tmp_path, monkeypatch)


def _corpora(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("LECTERN_CORPORA", str(folder))
    monkeypatch.setenv("LECTERN_HOME", str(folder / "home"))
    get_settings.cache_clear()
    yield folder
    monkeypatch.undo()
    get_settings.cache_clear()
