"""Recordings get into the page only when they may, when they are there, and while there is room."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from app.settings import get_settings
from evaluation.report.sound import Sounds, embed, may_be_passed_on, opus
from tests.support.runs import made_run

SPEECH = Path(__file__).parents[3] / "audio" / "speech.opus"


def corpus(folder: Path, licence: str) -> None:
    target = folder / "readers"
    target.mkdir()
    (target / "a.opus").write_bytes(SPEECH.read_bytes())
    rows = [
        {
            "id": f"clip-{n:04d}",
            "audio": "a.opus",
            "duration_s": 3.0,
            "text": "a",
            "licence": licence,
        }
        for n in range(4)
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (target / "manifest.jsonl").write_text(lines)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of `LECTERN_CORPORA`."""
    monkeypatch.setenv("LECTERN_CORPORA", str(tmp_path))
    monkeypatch.setenv("LECTERN_HOME", str(tmp_path / "home"))
    get_settings.cache_clear()
    yield tmp_path
    get_settings.cache_clear()


@pytest.mark.parametrize(
    ("licence", "may"),
    [
        ("CC-BY-4.0", True),
        ("CC0-1.0", True),
        ("CMU AN4 licence (BSD-style), see LICENSE", True),
        ("CC-BY-NC-4.0", False),
        ("CC-BY-ND 4.0", False),
        ("ask us", False),
        ("", False),
    ],
)
def test_a_licence_must_say_that_it_may_be_passed_on(licence: str, may: bool) -> None:
    assert may_be_passed_on(licence) is may


def test_what_is_embedded_can_be_played() -> None:
    tone = np.sin(np.arange(32_000) * 2 * np.pi * 440 / 16_000).astype(np.float32) * 0.3
    with av.open(io.BytesIO(opus(tone))) as container:
        played = np.concatenate([f.to_ndarray().ravel() for f in container.decode(audio=0)])
    assert len(played) / 48_000 == pytest.approx(2.0, abs=0.1)
    assert float(np.sqrt(np.mean(played**2))) == pytest.approx(0.3 / np.sqrt(2), rel=0.1)


def test_open_recordings_are_embedded_while_there_is_room(here: Path) -> None:
    corpus(here, "CC-BY-4.0")
    run, sounds = made_run(speakers=1, each=4), Sounds(budget=10_000_000)
    embed(run, run.utterances, sounds)
    uris = list(sounds.uris[run.name].values())
    assert len(uris) == 4
    assert base64.b64decode(uris[0].split(",")[1])[:4] == b"OggS"
    small = Sounds(budget=len(uris[0]) + 10)
    embed(run, run.utterances, small)
    assert len(small.uris[run.name]) == 1
    assert "size limit" in small.missing["readers"]


def test_closed_and_missing_recordings_are_not_and_it_is_said(here: Path) -> None:
    run, sounds = made_run(speakers=1, each=4), Sounds(budget=10_000_000)
    embed(run, run.utterances, sounds)
    assert "readers" in sounds.missing["readers"]
    corpus(here, "CC-BY-NC-4.0")
    sounds = Sounds(budget=10_000_000)
    embed(run, run.utterances, sounds)
    assert sounds.uris[run.name] == {}
    assert "CC-BY-NC-4.0" in sounds.missing["readers"]


def test_a_damaged_recording_is_no_damaged_page(here: Path) -> None:
    corpus(here, "CC0-1.0")
    (here / "readers" / "a.opus").write_bytes(b"no audio at all")
    run, sounds = made_run(speakers=1, each=4), Sounds(budget=10_000_000)
    embed(run, run.utterances, sounds)
    assert sounds.uris[run.name] == {}
    assert "cannot be decoded" in sounds.missing["readers"]
