"""Files become the samples that are in them, whatever they are packed in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from data.audio.decode import SAMPLE_RATE_HZ, Samples, Sound, Undecodable, decode, read, resample


def tone(rate_hz: int, seconds: float = 1.0, hz: float = 440.0) -> Samples:
    times = np.arange(round(rate_hz * seconds)) / rate_hz
    return (0.5 * np.sin(2 * np.pi * hz * times)).astype(np.float32)


def write(path: Path, channels: Samples, rate_hz: int, codec: str) -> Path:
    layout = "mono" if len(channels) == 1 else "stereo"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate_hz)
        stream.layout = layout
        resampler = av.AudioResampler(format=stream.codec_context.format, layout=layout)
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(channels), format="fltp", layout=layout
        )
        frame.sample_rate = rate_hz
        for part in resampler.resample(frame):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("codec", "suffix", "exact"),
    [
        ("pcm_u8", "wav", 2**-7),
        ("pcm_s16le", "wav", 2**-14),
        ("pcm_s24le", "wav", 2**-20),
        ("pcm_s32le", "wav", 2**-20),
        ("pcm_f32le", "wav", 1e-7),
        ("flac", "flac", 2**-14),
    ],
)
def test_full_scale_is_one_in_every_format(
    tmp_path: Path, codec: str, suffix: str, exact: float
) -> None:
    left, right = tone(SAMPLE_RATE_HZ), 0.2 * tone(SAMPLE_RATE_HZ, hz=200)
    given = np.stack([left, right]).astype(np.float32)
    sound = read(write(tmp_path / f"tone.{suffix}", given, SAMPLE_RATE_HZ, codec))
    assert sound.rate_hz == SAMPLE_RATE_HZ
    assert sound.channels.dtype == np.float32
    assert sound.channels.shape == given.shape
    assert np.abs(sound.channels - given).max() <= exact
    assert sound.announced_s == pytest.approx(sound.duration_s, abs=0.01)


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 44_100, 48_000])
def test_every_rate_becomes_sixteen_kilohertz(rate_hz: int) -> None:
    heard = resample(Sound(tone(rate_hz, 2.0)[None], rate_hz, "none"))
    assert heard.dtype == np.float32
    assert len(heard) == pytest.approx(2 * SAMPLE_RATE_HZ, abs=SAMPLE_RATE_HZ / 50)
    middle = heard[SAMPLE_RATE_HZ // 2 : -SAMPLE_RATE_HZ // 2]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert np.argmax(spectrum) * SAMPLE_RATE_HZ / len(middle) == pytest.approx(440, abs=1)
    assert np.abs(middle).max() == pytest.approx(0.5, rel=0.02)


def test_channels_are_mixed_by_their_mean(tmp_path: Path) -> None:
    left = tone(SAMPLE_RATE_HZ)
    path = write(tmp_path / "half.wav", np.stack([left, 0 * left]), SAMPLE_RATE_HZ, "pcm_s16le")
    assert np.abs(decode(path) - left / 2).max() < 2**-14


@pytest.mark.parametrize(
    "content", [b"", b"no sound", b"ffconcat version 1.0\nfile other.wav\n"], ids=repr
)
def test_what_is_no_audio_is_refused(tmp_path: Path, content: bytes) -> None:
    write(tmp_path / "other.wav", tone(SAMPLE_RATE_HZ)[None], SAMPLE_RATE_HZ, "pcm_s16le")
    path = tmp_path / "talk.mp3"
    path.write_bytes(content)
    with pytest.raises(Undecodable):
        read(path)


def test_a_broken_piece_is_told_and_the_rest_kept(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (1, 10 * SAMPLE_RATE_HZ))
    path = write(tmp_path / "a.flac", noise.astype(np.float32), SAMPLE_RATE_HZ, "flac")
    whole = bytearray(path.read_bytes())
    path.write_bytes(whole[: len(whole) // 2])
    sound: Any = read(path)
    assert sound.broken_packets == 1
    assert 4 < sound.duration_s < sound.announced_s == pytest.approx(10, abs=0.01)
    with pytest.raises(Undecodable, match="broken"):
        decode(path)
