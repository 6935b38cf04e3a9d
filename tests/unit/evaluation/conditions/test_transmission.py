"""Codecs are real, lines are narrow, limits are reached, packets are gone."""

from __future__ import annotations

import av
import numpy as np
import pytest

from data.audio.decode import Samples
from evaluation.conditions import EncoderMissing, condition
from evaluation.conditions.levels import active, dbfs
from evaluation.conditions.media import Coding, read, write

RATE = 16_000
CODECS = ["g711", "amr-12k", "amr-5k", "mp3-32k", "opus-16k", "opus-8k"]


def heard(name: str, speech: Samples, clip: str = "a") -> Samples:
    return read(condition(name).prepare(speech, clip))


def spectra(samples: Samples) -> np.ndarray:
    """Log power of 32 ms frames in 128 bands."""
    frames = samples[: len(samples) // 512 * 512].reshape(-1, 512) * np.hanning(512)
    return 10 * np.log10(
        np.square(np.abs(np.fft.rfft(frames))[:, :256]).reshape(-1, 128, 2).mean(axis=2) + 1e-7
    )


def distortion(a: Samples, b: Samples) -> float:
    return float(np.sqrt(np.square(spectra(a) - spectra(b)).mean()))


def above(samples: Samples, hertz: float) -> float:
    """Share of the energy above a frequency, in dB."""
    power = np.square(np.abs(np.fft.rfft(samples)))
    return float(
        10 * np.log10(power[np.fft.rfftfreq(len(samples), 1 / RATE) > hertz].sum() / power.sum())
    )


def test_clean_is_the_same_to_sixteen_bits(speech: Samples) -> None:
    assert np.abs(heard("clean", speech) - speech).max() <= 0.5 / 32768 + 1e-9


@pytest.mark.parametrize("name", CODECS)
def test_codecs_degrade_and_keep_time(name: str, speech: Samples) -> None:
    found = heard(name, speech)
    assert len(found) == len(speech)
    assert 1.0 < distortion(speech, found) < 25
    shape = _envelope(speech)
    lags = range(-20, 21)
    best = max(lags, key=lambda lag: float(np.roll(_envelope(found), -lag) @ shape))
    assert abs(best) <= 4, "more than 5 ms late"


def _envelope(samples: Samples) -> Samples:
    """Mean amplitude of 1.25 ms."""
    shape = np.abs(samples).reshape(-1, 20).mean(axis=1)
    return shape - shape.mean()


def test_fewer_bits_are_worse(speech: Samples) -> None:
    assert distortion(speech, heard("opus-8k", speech)) > distortion(
        speech, heard("opus-16k", speech)
    )
    narrow = heard("band-8khz", speech)
    worse = [distortion(narrow, heard(name, speech)) for name in ("amr-12k", "amr-5k")]
    assert worse[1] > worse[0] > 0.5


def test_g711_quantises_the_narrow_band(speech: Samples) -> None:
    noise = heard("g711", speech) - heard("band-8khz", speech)
    assert -45 < dbfs(noise) - dbfs(speech) < -30  # µ-law: some 38 dB below, whatever the level


@pytest.mark.parametrize("name", ["band-8khz", "g711", "amr-12k", "amr-5k"])
def test_nothing_is_left_above_four_kilohertz(name: str, speech: Samples) -> None:
    assert above(speech, 4100) > -30
    assert above(heard(name, speech), 4100) < -40


@pytest.mark.parametrize("percent", [1, 5, 20])
def test_this_share_is_clipped(percent: int, speech: Samples) -> None:
    found = heard(f"clip-{percent}", speech)
    at_limit = np.abs(found[active(speech)]) >= 32766 / 32768
    assert at_limit.mean() == pytest.approx(percent / 100, abs=0.002)


def test_gain_is_a_factor_and_is_cut_off(speech: Samples) -> None:
    assert np.abs(heard("gain-20", speech) - speech / 10).max() < 1e-4
    louder = heard("gain+20", speech)
    assert np.abs(louder - np.clip(speech * 10, -1, 1)).max() < 1e-4
    assert (np.abs(louder) > 0.999).mean() > 0.01


@pytest.mark.parametrize("percent", [5, 10, 20])
def test_this_share_of_packets_is_lost_in_bursts(percent: int, speech: Samples) -> None:
    marked = np.ones(400 * 320, dtype=np.float32) / 2
    for clip in ("a", "b", "c"):
        packets = heard(f"loss-{percent}", marked, clip).reshape(400, 320)
        lost = (packets == 0).all(axis=1)
        assert (lost | (packets != 0).all(axis=1)).all(), "packets are lost as a whole"
        assert lost.sum() == 4 * percent
        bursts = np.flatnonzero(np.diff(np.concatenate([[0], lost.astype(int), [0]])) == 1).size
        assert 1.2 < lost.sum() / bursts < 3.5


def test_one_channel_is_dead() -> None:
    """Which one is drawn: a recogniser that only takes the first would pass half of the time."""
    samples = np.full(RATE, 0.25, dtype=np.float32)
    sides = set()
    for clip in "abcdefgh":
        with_both = condition("dead-channel").prepare(samples, clip)
        left, right = read(with_both, 0), read(with_both, 1)
        assert sorted([left.max(), right.max()]) == [0.0, 0.25]
        sides.add(bool(left.max()))
    assert sides == {True, False}


def test_a_missing_encoder_is_named() -> None:
    with pytest.raises(EncoderMissing, match=f"PyAV {av.__version__} has no encoder libnothing"):
        write(np.zeros(RATE, dtype=np.float32), Coding("libnothing", "wav"))
