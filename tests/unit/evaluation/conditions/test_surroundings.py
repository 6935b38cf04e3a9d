"""Noise, babble and rooms do what their names say."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from data.audio.decode import Samples
from evaluation.conditions import ConditionError, MaterialMissing, condition
from evaluation.conditions import material as material_of
from evaluation.conditions.levels import active_dbfs, dbfs
from evaluation.conditions.media import read
from evaluation.conditions.surroundings import convolved

RATE = 16_000


def taken_apart(speech: Samples, heard: Samples) -> tuple[Samples, Samples]:
    """The speech as it is in the mixture, and what was added."""
    share = float(heard @ speech / (speech @ speech))
    return speech * np.float32(share), heard - speech * np.float32(share)


@pytest.mark.chapter(15)
@pytest.mark.parametrize("kind", ["noise", "babble"])
@pytest.mark.parametrize("snr_db", [20, 10, 5, 0])
def test_snr_is_what_the_name_says(noisy: Path, speech: Samples, kind: str, snr_db: int) -> None:
    for clip in ("a", "b", "c"):
        heard = read(condition(f"{kind}-{snr_db}").prepare(speech, clip))
        spoken, added = taken_apart(speech, heard)
        assert active_dbfs(spoken) - dbfs(added) == pytest.approx(snr_db, abs=0.5)
        assert np.abs(heard).max() < 1


@pytest.mark.parametrize("kind", ["noise", "babble"])
def test_it_is_the_same_noise_at_every_snr(noisy: Path, speech: Samples, kind: str) -> None:
    soft, loud = (
        taken_apart(speech, read(condition(f"{kind}-{snr}").prepare(speech, "a")))[1]
        for snr in (10, 0)
    )
    assert np.corrcoef(soft, loud)[0, 1] > 0.99
    other = taken_apart(speech, read(condition(f"{kind}-0").prepare(speech, "b")))[1]
    assert abs(np.corrcoef(other, loud)[0, 1]) < 0.5


def test_scratches_and_silence_are_no_noise(noisy: Path) -> None:
    assert [each.id for each in material_of.noises()] == ["noise/brown", "noise/white"]


def test_without_the_corpus_nothing_is_put_in_its_place(no_corpora: Path, speech: Samples) -> None:
    for name in ("noise-10", "room-1"):
        with pytest.raises(MaterialMissing, match="LECTERN_CORPORA") as missing:
            condition(name).prepare(speech, "a")
        assert str(no_corpora) in str(missing.value)
        with pytest.raises(MaterialMissing):
            _ = condition(name).version
    assert condition("babble-10").prepare(speech, "a")


def test_silence_has_no_snr(noisy: Path) -> None:
    with pytest.raises(ConditionError, match="clip-7 is silent"):
        condition("noise-10").prepare(np.zeros(RATE, dtype=np.float32), "clip-7")


def test_nobody_babbles_behind_himself(speech: Samples, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each voice is replaced by a tone, so that it can be told who is in the babble."""
    names = list(material_of.voices())
    assert len(names) >= 6
    time = np.arange(RATE) / RATE
    tones = {
        name: material_of.Sound(
            name, "0", (0.1 * np.sin(2 * np.pi * 500 * (number + 1) * time)).astype(np.float32)
        )
        for number, name in enumerate(names)
    }
    rows = [
        json.loads(line)
        for line in (material_of.MATERIAL / "functionality" / "manifest.jsonl")
        .read_text()
        .splitlines()
    ]
    monkeypatch.setattr(material_of, "voices", lambda: tones)

    def present(clip: str, speaker: str | None = None) -> set[str]:
        heard = read(condition("babble-0").prepare(speech, clip, speaker))
        added = taken_apart(speech, heard)[1]
        spectrum = np.abs(np.fft.rfft(added))
        hertz = np.fft.rfftfreq(len(added), 1 / RATE)
        power = [
            spectrum[np.abs(hertz - 500 * (number + 1)) < 1].max() for number in range(len(names))
        ]
        return {name for name, each in zip(names, power, strict=True) if each > max(power) / 3}

    for row in rows[:: len(rows) // 8]:
        assert len(present(row["id"])) == 6
        assert row["voice"] not in present(row["id"])
    everybody = {name for number in range(12) for name in present(f"real-{number}")}
    assert everybody == set(names)
    assert names[0] not in {n for i in range(12) for n in present(f"real-{i}", names[0])}


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_room_leaves_words_where_they_are(noisy: Path, number: int) -> None:
    clicks = np.zeros(3 * RATE, dtype=np.float32)
    clicks[RATE] = 0.5
    heard = read(condition(f"room-{number}").prepare(clicks, "a"))
    assert len(heard) == len(clicks)
    assert int(np.abs(heard).argmax()) == RATE
    assert np.abs(heard[RATE + 200 : 2 * RATE]).max() > 0.003
    assert np.abs(heard[: RATE - 400]).max() < 0.001


def test_a_room_keeps_the_level_and_smears(noisy: Path, speech: Samples) -> None:
    heard = read(condition("room-4").prepare(speech, "a"))
    assert active_dbfs(heard) == pytest.approx(active_dbfs(speech), abs=0.5)
    assert np.corrcoef(heard, speech)[0, 1] < 0.98


def test_blockwise_convolution_is_convolution() -> None:
    chance = np.random.default_rng(3)
    samples = chance.standard_normal(200_000).astype(np.float32)
    response = chance.standard_normal(9_000).astype(np.float32)
    size = 1 << 18
    whole = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(response, size), size)
    assert np.allclose(convolved(samples, response), whole[: len(samples)], atol=1e-2)


def test_real_noise_and_rooms(corpora: Path, speech: Samples) -> None:
    """The corpus itself: enough noises, all rooms of the registry."""
    assert len(material_of._noises(corpora / "noise")) >= 10
    for number in range(1, 5):
        recipe = condition(f"room-{number}").recipe
        assert recipe.response in material_of._rooms(corpora / "noise")  # type: ignore[attr-defined]
