"""Audio files to arrays, for corpora whose origin is known.

What strangers upload goes through `worker.decoder`, which trusts nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE_HZ = 16_000
Samples = NDArray[np.float32]

_FORMATS = "wav,w64,aiff,mp3,flac,ogg,mov,matroska,aac,amr,caf,asf,mpegts"
_FULL_SCALE = {"int16": 2.0**15, "int32": 2.0**31}
_OPTIONS = {"format_whitelist": _FORMATS, "protocol_whitelist": "file"}
"""No playlists: with `ffconcat` a text file becomes the sound of another file."""


class Undecodable(Exception):
    """The file is not audio that can be read to its end; the message says where it stopped."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A file as it was stored, before anything is mixed or resampled."""

    channels: Samples
    """Shape (channels, n), full scale is 1."""
    rate_hz: int
    codec: str
    announced_s: float | None = None
    """Length by the head of the file, where it has one."""
    broken_packets: int = 0
    """Pieces that could not be decoded and are left out."""

    @property
    def duration_s(self) -> float:
        return float(self.channels.shape[1] / self.rate_hz)

    @property
    def mono(self) -> Samples:
        """Shape (n,): the mean of the channels, at the rate of the file."""
        mixed: Samples = self.channels.mean(axis=0, dtype=np.float32)
        return mixed


def decode(path: Path) -> Samples:
    """All of a file as float32 mono at 16 kHz, shape (n,). Raises `Undecodable`."""
    sound = read(path)
    if sound.broken_packets:
        raise Undecodable(f"{sound.broken_packets} piece(s) of it are broken")
    return resample(sound)


def read(path: Path) -> Sound:
    """What can be decoded of a file, with its own rate and channels.

    Raises:
        Undecodable: that is nothing.
    """
    planes: list[Samples] = []
    broken = 0
    try:
        with av.open(str(path), options=_OPTIONS) as container:
            if not container.streams.audio:
                raise Undecodable("there is no audio in it")
            stream = container.streams.audio[0]
            codec, rate_hz = str(stream.codec_context.name), int(stream.rate)
            announced_s = container.duration / av.time_base if container.duration else None
            for packet in container.demux(stream):
                try:
                    planes += [_planar(frame) for frame in packet.decode()]
                except av.InvalidDataError:
                    broken += 1
    except (av.FFmpegError, ValueError, OSError) as error:
        raise Undecodable(str(error)) from error
    if not planes:
        raise Undecodable("there is no sound in it")
    if len({len(plane) for plane in planes}) > 1:
        raise Undecodable("the number of its channels changes on the way")
    return Sound(np.concatenate(planes, axis=1), rate_hz, codec, announced_s, broken)


def resample(sound: Sound) -> Samples:
    """The sound as float32 mono at 16 kHz, shape (n,)."""
    if sound.rate_hz == SAMPLE_RATE_HZ:
        return sound.mono
    resampler = av.AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE_HZ)
    parts = [
        part.to_ndarray()[0]
        for frame in [*_frames(sound), None]
        for part in resampler.resample(frame)
    ]
    samples: Samples = np.concatenate(parts).astype(np.float32, copy=False)
    return samples


def _frames(sound: Sound) -> Iterator[av.AudioFrame]:
    mono = sound.mono
    for start in range(0, len(mono), sound.rate_hz):
        piece = np.ascontiguousarray(mono[start : start + sound.rate_hz]).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(piece, format="flt", layout="mono")
        frame.sample_rate = sound.rate_hz
        frame.pts = start
        yield frame


def _planar(frame: av.AudioFrame) -> Samples:
    """Shape (channels, n), full scale 1, whatever the file's sample format is."""
    values: NDArray[Any] = frame.to_ndarray()
    if not frame.format.is_planar:
        values = values.reshape(-1, frame.layout.nb_channels).T
    if values.dtype == np.uint8:
        return (values.astype(np.float32) - 128) / np.float32(128)
    scale = _FULL_SCALE.get(values.dtype.name, 1.0)
    return values.astype(np.float32) / np.float32(scale)
