"""Recordings of any length, written packet by packet: a ten-hour one is never held in memory.

The speech of a short recording is encoded once and cut into pieces of half a minute, a pause is
encoded once; the file is these packets again and again with new times. Speech, pauses, and with
them the windows that are cut, grow with the length.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
import numpy.typing as npt

from app.settings import REPOSITORY

CLIP: Final = REPOSITORY / "tests" / "audio" / "two-minutes.opus"
PIECE_S: Final = 30.0
RATE: Final = 48_000
FRAMES_A_SECOND: Final = 25
_HUM: Final = 10.0
"""Amplitude of the noise in a pause, of 32768: about -70 dBFS, as in a quiet room."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How a recording is stored."""

    suffix: str
    muxer: str
    codec: str
    bit_rate: int
    with_picture: bool = False


SOUND: Final = Kind("opus", "ogg", "libopus", 24_000)
"""Browsers play it: the product keeps it as it is."""
VIDEO: Final = Kind("mov", "mov", "aac", 64_000, with_picture=True)
"""As telephones and cameras write it: the product makes a copy of its sound to be played."""


def write_recording(path: Path, length_s: float, pause_s: float, kind: Kind = SOUND) -> None:
    """Write `length_s` seconds: `PIECE_S` of the clip, then a pause, and so on."""
    with av.open(str(path), "w", format=kind.muxer) as container:
        stream: Any = container.add_stream(kind.codec, rate=RATE, layout="mono")
        stream.bit_rate = kind.bit_rate
        picture: Any = None
        if kind.with_picture:
            picture = container.add_stream("mjpeg", rate=FRAMES_A_SECOND)
            picture.width, picture.height, picture.pix_fmt = 32, 24, "yuvj420p"
        encoded = _encoded(stream, _clip(), pause_s)
        still = _still(picture) if picture is not None else b""
        container.start_encoding()
        images = 0
        for data, start_s, duration_s in _timed(*encoded, length_s):
            container.mux(_packet(stream, data, round(start_s * RATE), round(duration_s * RATE)))
            while picture is not None and images < start_s * FRAMES_A_SECOND:
                container.mux(_packet(picture, still, images, 1, Fraction(1, FRAMES_A_SECOND)))
                images += 1


def _clip() -> npt.NDArray[np.int16]:
    """The clip's samples at `RATE`, shape (n,)."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    parts = []
    with av.open(str(CLIP)) as container:
        for frame in [*container.decode(audio=0), None]:
            parts += [part.to_ndarray()[0] for part in resampler.resample(frame)]
    return np.concatenate(parts)


Encoded = list[tuple[bytes, float]]
"""Packets, each with its length in seconds."""


def _encoded(stream: Any, clip: npt.NDArray[np.int16], pause_s: float) -> tuple[Encoded, Encoded]:
    """The clip and a pause. One encoder makes both, as its packets are to follow each other."""
    hum = np.random.default_rng(3).normal(0, _HUM, round(pause_s * RATE)).astype(np.int16)
    samples = np.concatenate([clip, hum])
    packets: Encoded = []
    stream.codec_context.open()
    size = stream.codec_context.frame_size
    for start in range(0, len(samples) - size + 1, size):
        frame = av.AudioFrame.from_ndarray(
            samples[None, start : start + size], format="s16", layout="mono"
        )
        frame.sample_rate, frame.pts = RATE, start
        packets += [(bytes(packet), size / RATE) for packet in stream.encode(frame)]
    speech = round(len(clip) / size)
    return packets[:speech], packets[speech:]


def _still(stream: Any) -> bytes:
    frame = av.VideoFrame.from_ndarray(np.zeros((24, 32, 3), np.uint8), format="rgb24")
    frame.pts = 0
    [packet] = stream.encode(frame.reformat(format="yuvj420p")) or stream.encode(None)
    return bytes(packet)


def _timed(
    speech: Encoded, pause: Encoded, length_s: float
) -> Iterator[tuple[bytes, float, float]]:
    """(data, start_s, duration_s) of every packet of the recording."""
    step = round(PIECE_S / speech[0][1])
    around = itertools.cycle(range(0, len(speech) - step // 2, step))
    at_s = 0.0
    for first in around:
        for data, duration_s in itertools.chain(speech[first : first + step], pause):
            if at_s >= length_s:
                return
            yield data, at_s, duration_s
            at_s += duration_s


def _packet(
    stream: Any, data: bytes, pts: int, duration: int, unit: Fraction = Fraction(1, RATE)
) -> av.Packet[Any]:
    packet = av.Packet(data)
    packet.stream = stream
    packet.time_base = unit
    packet.pts = packet.dts = pts
    packet.duration = duration
    packet.is_keyframe = True
    return packet
