"""Writes the recording as Ogg Opus, the same bytes for the same samples."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from data.synthesis.timeline import SAMPLE_RATE_HZ, Samples


@dataclass(frozen=True)
class OpusFile:
    """What a reader of the written file will find."""

    sha256: str
    duration_s: float
    decoded_rate_hz: int
    bit_rate: int


def write_opus(path: Path, samples: Samples, bit_rate: int) -> OpusFile:
    """Encode float32 mono at `SAMPLE_RATE_HZ` and read the result back.

    The duration is counted in decoded samples, not taken from a header or from ``samples``.
    """
    # bitexact: otherwise every file gets a random Ogg serial number and the library's version.
    with av.open(str(path), "w", format="ogg", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("libopus", rate=SAMPLE_RATE_HZ)
        stream.layout = "mono"
        stream.bit_rate = bit_rate
        stream.codec_context.open()
        size = stream.codec_context.frame_size
        for start in range(0, len(samples), size):
            piece = np.ascontiguousarray(samples[start : start + size]).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(piece, format="flt", layout="mono")
            frame.sample_rate = SAMPLE_RATE_HZ
            frame.pts = start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    count, rate_hz = decoded_samples(path)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return OpusFile(sha256, count / rate_hz, rate_hz, bit_rate)


def decoded_samples(path: Path) -> tuple[int, int]:
    """Decode all of an audio file; gives the number of samples a channel and their rate in Hz."""
    with av.open(str(path), format="ogg") as container:
        stream = container.streams.audio[0]
        return sum(frame.samples for frame in container.decode(stream)), stream.rate
