"""The generated non-speech is what its manifest says, of every kind, and the same every time."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest

from data.nonspeech import collection
from data.nonspeech.recipes import RECIPES, Sound, description, make
from data.nonspeech.shaping import RATE_HZ

pytestmark = pytest.mark.chapter(15)
KINDS = list(RECIPES)


@lru_cache
def first(kind: str, seed: int = 1) -> Sound:
    return make(KINDS.index(kind), seed)


def spectrum(samples: npt.NDArray[np.int16]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Frequencies in Hz and the power at each."""
    power = np.abs(np.fft.rfft(samples / 32767)) ** 2
    return np.fft.rfftfreq(len(samples), 1 / RATE_HZ), power


def share_between(sound: Sound, low_hz: float, high_hz: float) -> float:
    """The part of the power between two frequencies."""
    hz, power = spectrum(sound.samples)
    return float(power[(hz >= low_hz) & (hz < high_hz)].sum() / power.sum())


def slope_db_an_octave(sound: Sound) -> float:
    hz, power = spectrum(sound.samples)
    octaves = [power[(hz >= low) & (hz < 2 * low)].mean() for low in (125, 250, 500, 1000, 2000)]
    return float(np.diff(10 * np.log10(octaves)).mean())


@pytest.mark.parametrize("kind", KINDS)
def test_a_recipe_makes_what_was_asked_for(kind: str) -> None:
    sound = first(kind)
    assert sound.kind == kind
    assert 8 <= sound.duration_s <= 45
    assert sound.samples.dtype == np.int16
    assert np.abs(sound.samples.astype(int)).max() <= 32767 * 0.985
    assert description(kind)
    if kind == "digital-silence":
        assert not sound.samples.any()
        assert sound.level_dbfs is None
    elif kind == "near-silence":
        assert sound.level_dbfs is not None
        assert -82 < sound.level_dbfs < -58
    else:
        assert sound.level_dbfs is not None
        assert -50 < sound.level_dbfs < -15


@pytest.mark.parametrize("kind", KINDS)
def test_chance_comes_from_the_seed_alone(kind: str) -> None:
    again, other = make(KINDS.index(kind), 1), first(kind, seed=2)
    assert np.array_equal(first(kind).samples, again.samples)
    assert not np.array_equal(first(kind).samples, other.samples)


def test_the_noises_have_their_colours() -> None:
    assert slope_db_an_octave(first("white-noise")) == pytest.approx(0, abs=0.3)
    assert slope_db_an_octave(first("pink-noise")) == pytest.approx(-3, abs=0.5)
    assert slope_db_an_octave(first("brown-noise")) == pytest.approx(-6, abs=0.7)


def test_keys_are_the_tones_of_the_telephone() -> None:
    sound = first("dtmf")
    hz, power = spectrum(sound.samples)
    allowed = np.zeros_like(hz, dtype=bool)
    for key_hz in (697, 770, 852, 941, 1209, 1336, 1477, 1633):
        allowed |= np.abs(hz - key_hz) < 25
    assert power[allowed].sum() / power.sum() > 0.95


def test_hum_stands_on_the_mains() -> None:
    sound = first("mains-hum")
    hz, power = spectrum(sound.samples)
    base_hz = float(hz[20:][np.argmax(power[20:])])
    nearest = min(50.0, 60.0, key=lambda mains: abs(base_hz / mains - round(base_hz / mains)))
    assert base_hz / nearest == pytest.approx(round(base_hz / nearest), abs=0.02)


def test_a_murmur_has_no_consonants() -> None:
    """Hiss and stops lie above 3 kHz; without them there are no words."""
    assert share_between(first("murmur"), 3000, 8000) < 0.02


def test_applause_is_made_of_claps() -> None:
    """Many short events: the level of 5 ms moves a lot more than that of steady noise."""

    def unrest_db(kind: str) -> float:
        samples = first(kind).samples[: 2 * RATE_HZ].astype(float)
        frames = samples[: len(samples) // 80 * 80].reshape(-1, 80)
        return float(np.std(10 * np.log10(np.mean(frames**2, axis=1) + 1)))

    assert unrest_db("applause") > 2 * unrest_db("white-noise")


def test_kinds_take_turns() -> None:
    kinds = [make(number, 0).kind for number in (0, 1, len(KINDS), len(KINDS) + 1)]
    assert kinds == [KINDS[0], KINDS[1], KINDS[0], KINDS[1]]


@pytest.fixture(scope="module")
def minute(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nonspeech")
    collection.write(folder, 60, 0, lambda made_s: None)
    return folder


def rows(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()]


def test_the_manifest_describes_the_files(minute: Path) -> None:
    clips = rows(minute)
    assert 60 <= sum(clip["duration_s"] for clip in clips) < 60 + 45
    assert {path.name for path in (minute / "audio").iterdir()} == {
        Path(clip["audio"]).name for clip in clips
    }
    for clip in clips:
        path = minute / clip["audio"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == clip["sha256"]
        with av.open(str(path)) as container:
            stream = container.streams.audio[0]
            count = sum(frame.samples for frame in container.decode(stream))
            assert (stream.rate, stream.channels) == (RATE_HZ, 1)
        assert count / RATE_HZ == clip["duration_s"]
        assert clip["text"] == ""
        assert clip["synthetic"] is True


def test_the_files_hold_the_samples_without_loss(minute: Path) -> None:
    with av.open(str(minute / rows(minute)[0]["audio"])) as container:
        frames = [frame.to_ndarray()[0] for frame in container.decode(audio=0)]
    assert np.array_equal(np.concatenate(frames), make(0, 0).samples)


@pytest.mark.chapter(24)
def test_the_same_seed_gives_the_same_bytes(minute: Path, tmp_path: Path) -> None:
    collection.write(tmp_path, 60, 0, lambda made_s: None)
    assert (tmp_path / "manifest.jsonl").read_bytes() == (minute / "manifest.jsonl").read_bytes()


def test_a_shorter_collection_begins_a_longer_one(minute: Path, tmp_path: Path) -> None:
    told: list[float] = []
    assert collection.write(tmp_path, 20, 0, told.append) == len(rows(tmp_path)) == len(told)
    assert rows(tmp_path) == rows(minute)[: len(told)]
    assert told[-1] >= 20 > (told[-2] if len(told) > 1 else 0)


def test_an_earlier_collection_is_replaced(tmp_path: Path) -> None:
    collection.write(tmp_path, 60, 0, lambda made_s: None)
    collection.write(tmp_path, 10, 5, lambda made_s: None)
    assert len(list((tmp_path / "audio").iterdir())) == len(rows(tmp_path))
