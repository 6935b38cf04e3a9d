"""Words move, and it is known where to."""

from __future__ import annotations

import numpy as np
import pytest

from data.audio.decode import Samples
from evaluation.conditions import condition
from evaluation.conditions.levels import active, dbfs
from evaluation.conditions.media import read

RATE = 16_000


@pytest.mark.parametrize("factor", [0.75, 1.25, 1.5])
def test_speed_changes_the_duration_and_not_the_pitch(factor: float) -> None:
    time = np.arange(4 * RATE) / RATE
    tone = (0.3 * np.sin(2 * np.pi * 300 * time) * (1 + np.sin(2 * np.pi * time))).astype("f4")
    found = read(condition(f"speed-{factor:g}").prepare(tone, "a"))
    assert len(found) == round(len(tone) / factor)
    spectrum = np.abs(np.fft.rfft(found))
    assert np.argmax(spectrum) * RATE / len(found) == pytest.approx(300, abs=5)


@pytest.mark.parametrize("factor", [0.75, 1.25, 1.5])
def test_word_times_scale_with_the_speed(factor: float) -> None:
    """Tones of different pitch begin and end where `times` says."""
    time = np.arange(RATE // 2) / RATE
    parts = [0.3 * np.sin(2 * np.pi * hertz * time) for hertz in (300, 700, 1500, 3000)]
    pitched = np.concatenate([np.zeros(RATE), *parts, np.zeros(RATE)]).astype(np.float32)
    done = condition(f"speed-{factor:g}").apply(pitched, "a")
    found = read(done.data)
    for number, hertz in enumerate((300, 700, 1500, 3000)):
        middle = round(done.times(1 + 0.5 * number + 0.25) * RATE)
        piece = found[middle - 800 : middle + 800] * np.hanning(1600)
        assert np.argmax(np.abs(np.fft.rfft(piece))) * 10 == pytest.approx(hertz, abs=20)
        start = round(done.times(1 + 0.5 * number) * RATE)
        before, after = found[start - 1300 : start - 900], found[start + 900 : start + 1300]
        assert abs(_pitch(before) - hertz) > 100
        assert _pitch(after) == pytest.approx(hertz, abs=100)


def _pitch(piece: Samples) -> float:
    if np.abs(piece).max() < 0.01:
        return 0.0
    return float(np.argmax(np.abs(np.fft.rfft(piece * np.hanning(len(piece)), RATE))))


@pytest.mark.parametrize("seconds", [5, 20, 60])
def test_a_pause_lies_in_the_speech_and_moves_what_follows(seconds: int, speech: Samples) -> None:
    done = condition(f"pause-{seconds}s").apply(speech, "a")
    found, cut = read(done.data), round(done.times.cut_s * RATE)
    assert len(found) == len(speech) + seconds * RATE
    speaking = np.flatnonzero(active(speech))
    middle = (speaking[-1] - speaking[0]) / 4
    assert speaking[0] + middle - RATE / 50 <= cut <= speaking[-1] - middle + RATE / 50
    assert dbfs(speech[cut - 160 : cut + 160]) < dbfs(speech) - 10, "a word is cut in two"
    assert np.abs(found[:cut] - speech[:cut]).max() < 1e-4
    assert np.abs(found[cut + seconds * RATE :] - speech[cut:]).max() < 1e-4
    assert dbfs(found[cut : cut + seconds * RATE]) < -45
    assert done.times(done.times.cut_s) == done.times.cut_s
    assert done.times(7.5) == pytest.approx(7.5 + seconds)


def test_a_pause_is_as_loud_as_the_room(speech: Samples) -> None:
    """What is inserted is neither digital silence nor louder than the pauses of the clip."""
    hiss = np.random.default_rng(2).standard_normal(len(speech)).astype(np.float32) * 0.002
    done = condition("pause-5s").apply(speech + hiss, "a")
    cut = round(done.times.cut_s * RATE)
    assert dbfs(read(done.data)[cut : cut + 5 * RATE]) == pytest.approx(-54, abs=1.5)
