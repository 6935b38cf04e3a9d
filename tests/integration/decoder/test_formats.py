"""Every format people upload comes out as the sound that went in, at 16 kHz and in mono."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pytest

from app.media.client import AudioInfo, DecoderClient, Summary
from tests.support import media
from worker.decoder.local import decoder


@pytest.fixture(scope="module")
def client() -> Iterator[DecoderClient]:
    with decoder() as private:
        yield private


def decoded(
    client: DecoderClient, data: bytes, max_s: float = 600
) -> tuple[media.Waveform, AudioInfo, Summary]:
    with client.decode(io.BytesIO(data), max_s) as decoding:
        blocks = list(decoding)
        return np.concatenate(blocks), decoding.info, decoding.summary


FORMATS = [
    # muxer, encoder, sample rates in Hz
    ("wav", "pcm_s16le", (8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000)),
    ("wav", "pcm_s24le", (48_000,)),
    ("wav", "pcm_f32le", (44_100,)),
    ("wav", "pcm_mulaw", (8_000,)),
    ("wav", "adpcm_ms", (22_050,)),
    ("w64", "pcm_s16le", (48_000,)),
    ("mp3", "libmp3lame", (8_000, 11_025, 16_000, 22_050, 44_100, 48_000)),
    ("ipod", "aac", (8_000, 22_050, 44_100, 48_000, 96_000)),
    ("ipod", "alac", (44_100, 96_000)),
    ("flac", "flac", (8_000, 11_025, 44_100, 96_000, 192_000)),
    ("ogg", "flac", (44_100,)),
    ("ogg", "libopus", (8_000, 16_000, 48_000)),
    ("webm", "libopus", (48_000,)),
    ("matroska", "aac", (44_100,)),
    ("matroska", "flac", (48_000,)),
    ("mov", "pcm_s16be", (48_000,)),
    ("mov", "aac", (44_100,)),
    ("adts", "aac", (16_000, 44_100)),
    ("asf", "wmav2", (22_050, 44_100)),
    ("aiff", "pcm_s16be", (11_025, 44_100)),
    ("caf", "pcm_s16le", (44_100,)),
    ("caf", "alac", (48_000,)),
    ("avi", "pcm_s16le", (48_000,)),
    ("avi", "libmp3lame", (44_100,)),
    ("mpegts", "aac", (48_000,)),
    ("mpegts", "mp2", (48_000,)),
    ("3gp", "aac", (44_100,)),
]
CASES = [
    pytest.param(muxer, codec, rate, channels, id=f"{muxer}-{codec}-{rate}-{channels}")
    for muxer, codec, rates in FORMATS
    for rate in rates
    for channels in (1, 2)
]


@pytest.mark.parametrize(("muxer", "codec", "rate", "channels"), CASES)
def test_sound_comes_out(
    client: DecoderClient, muxer: str, codec: str, rate: int, channels: int
) -> None:
    data = media.encode(muxer, codec, rate, channels, 2.0)
    samples, info, summary = decoded(client, data)
    assert samples.dtype == np.float32
    assert len(samples) == summary.samples
    assert len(samples) / 16_000 == pytest.approx(2.0, abs=0.15)
    middle = samples[8_000:24_000]
    assert media.dominant_hz(middle) == pytest.approx(media.TONE_HZ, abs=3)
    assert float(np.sqrt(np.mean(middle**2))) == pytest.approx(0.5 / np.sqrt(2), rel=0.2)
    assert (info.sample_rate_hz, info.channels) == (48_000 if "opus" in codec else rate, channels)
    assert info.duration_s is None or info.duration_s == pytest.approx(2.0, abs=0.3)
    assert summary.complete
    assert summary.damaged_frames == 0
    assert summary.filled_s == 0


def test_vorbis(client: DecoderClient) -> None:
    # FFmpeg's own encoder knows stereo only.
    data = media.encode("ogg", "vorbis", 44_100, 2, 2.0)
    samples, info, _ = decoded(client, data)
    assert info.codec == "vorbis"
    assert media.dominant_hz(samples[8_000:24_000]) == pytest.approx(media.TONE_HZ, abs=3)


def test_amr(client: DecoderClient) -> None:
    data = media.encode("amr", "libopencore_amrnb", 8_000, 1, 2.0, bit_rate=12_200)
    samples, _, _ = decoded(client, data)
    assert len(samples) / 16_000 == pytest.approx(2.0, abs=0.1)
    assert media.dominant_hz(samples[8_000:24_000]) == pytest.approx(media.TONE_HZ, abs=5)


def test_amr_wide_band(client: DecoderClient) -> None:
    samples, info, _ = decoded(client, media.amr_wb(1.0))
    assert info.codec.endswith("amrwb") or info.codec == "amr_wb"
    assert len(samples) == 16_000


@pytest.mark.parametrize(
    ("muxer", "codec", "picture"),
    [
        ("mp4", "aac", "mpeg4"),
        ("mov", "aac", "mpeg4"),
        ("webm", "libopus", "libvpx"),
        ("matroska", "flac", "mpeg4"),
        ("avi", "libmp3lame", "mpeg4"),
        ("mpegts", "aac", "mpeg2video"),
        ("asf", "wmav2", "wmv2"),
    ],
)
def test_the_sound_of_a_video(client: DecoderClient, muxer: str, codec: str, picture: str) -> None:
    samples, info, summary = decoded(
        client, media.encode(muxer, codec, 48_000, 2, 3.0, picture=picture)
    )
    assert info.has_video
    assert summary.complete
    assert len(samples) / 16_000 == pytest.approx(3.0, abs=0.2)
    assert media.dominant_hz(samples[16_000:32_000]) == pytest.approx(media.TONE_HZ, abs=3)


def test_six_channels(client: DecoderClient) -> None:
    samples, info, _ = decoded(client, media.encode("wav", "pcm_s16le", 48_000, 6, 2.0))
    assert info.channels == 6
    assert media.dominant_hz(samples[8_000:24_000]) == pytest.approx(media.TONE_HZ, abs=3)


def test_one_dead_channel_costs_level_and_nothing_else(client: DecoderClient) -> None:
    alive = media.tone(2, 44_100)
    data = media.encode("flac", "flac", 44_100, 2, waveform=np.stack([alive, np.zeros_like(alive)]))
    samples, _, summary = decoded(client, data)
    assert float(np.abs(samples[8_000:24_000]).max()) == pytest.approx(0.25, rel=0.02)
    assert summary.inverted_s == 0


def test_opposite_phase_does_not_cancel(client: DecoderClient) -> None:
    one = media.tone(4, 44_100)
    other = -one
    other[: 2 * 44_100] *= -1  # in phase for two seconds, then opposite
    data = media.encode("flac", "flac", 44_100, 2, waveform=np.stack([one, other]))
    samples, _, summary = decoded(client, data)
    for second in range(4):
        level = np.abs(samples[second * 16_000 + 200 : (second + 1) * 16_000 - 200]).max()
        assert float(level) == pytest.approx(0.5, rel=0.02)
    assert summary.inverted_s == pytest.approx(2.0, abs=0.1)


def test_a_rate_that_changes_in_the_middle(client: DecoderClient) -> None:
    plain = {"id3v2_version": "0", "write_xing": "0"}
    data = b"".join(
        media.encode("mp3", "libmp3lame", rate, channels, 2.0, options=plain)
        for rate, channels in ((44_100, 2), (48_000, 1))
    )
    samples, _, _ = decoded(client, data)
    assert len(samples) / 16_000 == pytest.approx(4.0, abs=0.3)
    for start in (8_000, 40_000):
        piece = samples[start : start + 16_000]
        assert media.dominant_hz(piece) == pytest.approx(media.TONE_HZ, abs=3)


def test_a_tag_longer_than_what_is_looked_at(client: DecoderClient) -> None:
    cover = b"ID3\4\0\0\0\x08\0\0" + bytes(8 << 14)
    samples, info, _ = decoded(client, cover + media.encode("adts", "aac", 44_100))
    assert info.container == "aac"
    assert len(samples) / 16_000 == pytest.approx(2.0, abs=0.15)


def test_probe_agrees_with_decode(client: DecoderClient) -> None:
    file = io.BytesIO(media.encode("ipod", "aac", 44_100, 2, 5.0))
    info = client.probe(file)
    assert info == client.probe(file)
    assert (info.container, info.codec, info.media_type) == ("m4a", "aac", "audio/mp4")
    assert info.playable
    assert info.duration_s == pytest.approx(5.0, abs=0.1)
    with client.decode(file, 60) as decoding:
        assert decoding.info == info
        with pytest.raises(RuntimeError):
            _ = decoding.summary


def test_the_same_bytes_give_the_same_samples(client: DecoderClient) -> None:
    data = media.encode("ogg", "libopus", 48_000, 1, 3.0)
    assert decoded(client, data)[2].sha256 == decoded(client, data)[2].sha256
