"""The estimate of noise against mixtures whose noise is known."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest

from data.audio.decode import SAMPLE_RATE_HZ, Samples, decode
from data.audio.measures import snr_db
from data.audio.snr import _WADA, HIGHEST_DB, LOWEST_DB

STEADY = ("white_noise", "running_tap", "exercise_bike", "noise_diffuse")
QUIET_DB = 30.0
"""Clips that are at least so clean can be mixed with noise of a known level."""


@pytest.fixture(scope="module")
def clean(corpora: Path) -> list[Samples]:
    folder = corpora / "librispeech-test-other"
    rows = [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()]
    clips = [decode(folder / row["audio"]) for row in rows[::4]]
    return [clip for clip in clips if (snr_db(clip) or 0) > QUIET_DB]


@pytest.fixture(scope="module")
def noises(corpora: Path) -> list[Samples]:
    return [decode(corpora / "noise" / "audio" / "noise" / f"{name}.flac") for name in STEADY]


def mixed(speech: Samples, noise: Samples, ratio_db: float) -> Samples:
    noise = np.resize(noise, len(speech))
    gain = np.sqrt(np.mean(speech**2) / np.mean(noise**2) / 10 ** (ratio_db / 10))
    sound = speech + noise * gain
    return np.asarray(sound / np.abs(sound).max() * 0.7, dtype=np.float32)


@pytest.mark.chapter(16)
def test_steady_noise_is_measured_to_two_decibels(
    clean: list[Samples], noises: list[Samples]
) -> None:
    assert len(clean) >= 6
    errors = {
        ratio_db: [
            (snr_db(mixed(clip, noise, ratio_db)) or 0.0) - ratio_db
            for clip in clean
            for noise in noises
        ]
        for ratio_db in (0, 5, 10, 15, 20)
    }
    for ratio_db, found in errors.items():
        assert np.mean(np.abs(found)) < 2.0, ratio_db
        assert abs(np.mean(found)) < 1.5, ratio_db
        assert np.percentile(np.abs(found), 90) < 4.5, ratio_db


def test_neither_loudness_nor_gaps_of_a_program_change_it(clean: list[Samples]) -> None:
    noise = np.random.default_rng(0).standard_normal(len(clean[0])).astype(np.float32)
    sound = mixed(clean[0], noise, 10)
    expected = snr_db(sound)
    assert expected == pytest.approx(10, abs=2)
    assert snr_db(sound * np.float32(0.05)) == pytest.approx(expected, abs=0.2)
    assert snr_db(sound + np.float32(0.2)) == pytest.approx(expected, abs=0.2)
    gaps = np.concatenate([sound, np.zeros(10 * SAMPLE_RATE_HZ, np.float32)])
    assert snr_db(gaps) == pytest.approx(expected, abs=0.2)


def test_noise_alone_is_the_least_there_is() -> None:
    noise = np.random.default_rng(0).standard_normal(5 * SAMPLE_RATE_HZ).astype(np.float32)
    assert snr_db(noise * np.float32(0.1)) == LOWEST_DB


@pytest.mark.parametrize("seconds", [0.0, 0.2, 5.0])
def test_nothing_is_said_of_nothing(seconds: float) -> None:
    silence = np.zeros(round(seconds * SAMPLE_RATE_HZ), np.float32)
    assert snr_db(silence) is None
    assert snr_db(np.full_like(silence, 0.3)) is None


def test_it_takes_no_time(clean: list[Samples]) -> None:
    quarter = np.resize(clean[0], 15 * SAMPLE_RATE_HZ)
    took = []
    for _ in range(5):
        started = time.perf_counter()
        snr_db(quarter)
        took.append(time.perf_counter() - started)
    assert min(took) < 0.02


def test_the_table_is_that_of_the_model_of_speech() -> None:
    """By simulation; the table itself was integrated."""
    random = np.random.default_rng(0)
    size = 400_000
    speech = random.gamma(0.4, 1.0, size) * random.choice([-1, 1], size)
    speech /= np.sqrt(np.mean(speech**2))
    noise = random.standard_normal(size)
    for ratio_db, entry in zip(np.linspace(LOWEST_DB, HIGHEST_DB, len(_WADA)), _WADA, strict=True):
        amplitudes = np.abs(speech * 10 ** (ratio_db / 20) + noise)
        found = np.log(amplitudes.mean()) - np.log(amplitudes).mean()
        assert found == pytest.approx(entry, abs=0.01)
