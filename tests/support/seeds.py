"""Real speech in each of the formats we take, small: what the mutations start from."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import av
import numpy as np

from tests.support import media

_SPEECH = Path(__file__).resolve().parents[1] / "audio" / "speech.opus"
_SECONDS = 0.6
_FORMATS: tuple[tuple[str, str, str, int, int, str | None], ...] = (
    # name, muxer, encoder, rate in Hz, channels, picture
    ("wav", "wav", "pcm_s16le", 8_000, 1, None),
    ("wav-float", "wav", "pcm_f32le", 8_000, 2, None),
    ("wav-adpcm", "wav", "adpcm_ms", 8_000, 1, None),
    ("wav-ima", "wav", "adpcm_ima_wav", 8_000, 2, None),
    ("wav-alaw", "wav", "pcm_alaw", 8_000, 1, None),
    ("w64", "w64", "pcm_s16le", 8_000, 1, None),
    ("aiff", "aiff", "pcm_s16be", 8_000, 1, None),
    ("caf", "caf", "pcm_s16le", 8_000, 1, None),
    ("caf-alac", "caf", "alac", 8_000, 1, None),
    ("mp3", "mp3", "libmp3lame", 16_000, 1, None),
    ("mp2", "mp2", "mp2", 16_000, 1, None),
    ("aac", "adts", "aac", 16_000, 1, None),
    ("flac", "flac", "flac", 16_000, 1, None),
    ("ogg-flac", "ogg", "flac", 16_000, 1, None),
    ("vorbis", "ogg", "vorbis", 16_000, 2, None),
    ("opus", "ogg", "libopus", 16_000, 1, None),
    ("m4a", "ipod", "aac", 16_000, 1, None),
    ("m4b-alac", "ipod", "alac", 8_000, 1, None),
    ("mp4", "mp4", "aac", 16_000, 1, "mpeg4"),
    ("mov", "mov", "pcm_s16be", 8_000, 1, None),
    ("3gp", "3gp", "aac", 16_000, 1, None),
    ("3gp-amr", "3gp", "libopencore_amrnb", 8_000, 1, None),
    ("webm", "webm", "libopus", 16_000, 1, None),
    ("mka-vorbis", "matroska", "vorbis", 16_000, 2, None),
    ("mkv", "matroska", "aac", 16_000, 1, "mpeg4"),
    ("wma", "asf", "wmav2", 16_000, 1, None),
    ("wma1", "asf", "wmav1", 16_000, 1, None),
    ("avi", "avi", "libmp3lame", 16_000, 1, "mpeg4"),
    ("avi-ac3", "avi", "ac3", 48_000, 1, None),
    ("ts", "mpegts", "aac", 16_000, 1, None),
    ("ts-mp2", "mpegts", "mp2", 16_000, 1, None),
    ("amr", "amr", "libopencore_amrnb", 8_000, 1, None),
)


_BIT_RATES = {"libopencore_amrnb": 12_200, "wmav1": 64_000}


@cache
def seeds() -> dict[str, bytes]:
    """Name to file, of half a second each."""
    made = {
        name: media.encode(
            muxer, encoder, rate, channels,
            waveform=_speech(rate), picture=picture,
            bit_rate=_BIT_RATES.get(encoder),
        )
        for name, muxer, encoder, rate, channels, picture in _FORMATS
    }  # fmt: skip
    return made | {"amr-wb": _amr_wb()}


def _speech(rate: int) -> media.Waveform:
    """The same words at any rate; how well they were resampled is of no matter here."""
    with av.open(str(_SPEECH)) as file:
        stream = file.streams.audio[0]
        frames = [frame.to_ndarray().reshape(-1) for frame in file.decode(stream)]
        recorded = np.concatenate(frames)[:: stream.channels]
    known = recorded[stream.rate : stream.rate * 3]
    at = np.arange(round(_SECONDS * rate)) * stream.rate / rate
    return np.interp(at, np.arange(len(known)), known).astype(np.float32)


def _amr_wb() -> bytes:
    """Frames of 12.65 kbit/s with random content, as nobody here has an encoder of AMR-WB."""
    random = np.random.default_rng(0)
    frames = (b"\x14" + random.bytes(32) for _ in range(round(_SECONDS * 50)))
    return b"#!AMR-WB\n" + b"".join(frames)
