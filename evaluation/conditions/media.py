"""Sound to files in memory and back, through real encoders. Trusted files only."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import av
import av.codec
import numpy as np

from evaluation.conditions.types import EncoderMissing
from worker.pipeline.types import SAMPLE_RATE, Samples

_BLOCK: Final = SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Coding:
    """An encoder of FFmpeg, its container, and what it is told."""

    encoder: str
    container: str
    rate: int = SAMPLE_RATE
    bit_rate: int | None = None
    options: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    """By which it is late, where the container does not say so."""


FLAC: Final = Coding("flac", "flac")


def libraries() -> str:
    """Versions of what encodes, decodes and filters: another one may give other samples."""
    found = av.library_versions
    names = ("libavcodec", "libavformat", "libavfilter", "libswresample")
    return ", ".join(f"{name} {'.'.join(map(str, found[name]))}" for name in names)


def read(source: Path | bytes, channel: int | None = 0) -> Samples:
    """A file as float32 at 16 kHz: one channel, or with `None` all of them mixed.

    Shape `(n,)`. Raises `av.FFmpegError` when it is no audio file.
    """
    file: Any = io.BytesIO(source) if isinstance(source, bytes) else str(source)
    with av.open(file) as container:
        stream = container.streams.audio[0]
        layout = "mono" if channel is None else stream.codec_context.layout.name
        resampler = av.AudioResampler("fltp", layout, SAMPLE_RATE)
        frames = [out for frame in container.decode(stream) for out in resampler.resample(frame)]
        frames += resampler.resample(None)
    if not frames:
        return np.zeros(0, dtype=np.float32)
    sound = np.concatenate([frame.to_ndarray() for frame in frames], axis=1)
    return np.ascontiguousarray(sound[channel or 0], dtype=np.float32)


def write(samples: Samples, coding: Coding = FLAC) -> bytes:
    """An audio file of float32 `(n,)` or, in stereo, `(2, n)` at 16 kHz; 16 bits a sample.

    Raises:
        EncoderMissing: this FFmpeg was built without the encoder.
    """
    sound = np.atleast_2d(samples)
    whole = np.clip(np.round(sound * 32768.0), -32768, 32767).astype("<i2")
    layout = "mono" if len(sound) == 1 else "stereo"
    file = io.BytesIO()
    with av.open(file, "w", format=coding.container, options={"fflags": "+bitexact"}) as container:
        try:
            stream: Any = container.add_stream(coding.encoder, rate=coding.rate)
        except (av.codec.codec.UnknownCodecError, ValueError) as error:
            raise EncoderMissing(
                f"The FFmpeg inside PyAV {av.__version__} has no encoder {coding.encoder}."
            ) from error
        stream.layout = layout
        stream.options = {"flags": "+bitexact", **coding.options}
        if coding.bit_rate is not None:
            stream.bit_rate = coding.bit_rate
        stream.codec_context.open()
        size = stream.codec_context.frame_size or 1024
        resampler = av.AudioResampler(
            stream.codec_context.format, layout, coding.rate, frame_size=size
        )
        for start in range(0, whole.shape[1], _BLOCK):
            packed = np.ascontiguousarray(whole[:, start : start + _BLOCK].T).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(packed, format="s16", layout=layout)
            frame.sample_rate, frame.pts = SAMPLE_RATE, start
            for piece in resampler.resample(frame):
                container.mux(stream.encode(piece))
        for piece in resampler.resample(None):
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return file.getvalue()


def through(samples: Samples, coding: Coding) -> Samples:
    """What is left of mono samples after this codec; as many as before, at the same times."""
    heard = read(write(samples, coding))[round(coding.delay_s * SAMPLE_RATE) :][: len(samples)]
    return np.pad(heard, (0, len(samples) - len(heard)))


def filtered(samples: Samples, *filters: tuple[str, str]) -> Samples:
    """Mono samples through filters of FFmpeg, each a name with its arguments."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(format="flt", sample_rate=SAMPLE_RATE, layout="mono")
    nodes = [source, *(graph.add(*each) for each in filters), graph.add("abuffersink")]
    graph.link_nodes(*nodes).configure()
    heard: list[Samples] = []

    def pull() -> None:
        while True:
            try:
                heard.append(graph.pull().to_ndarray().reshape(-1).astype(np.float32, copy=False))
            except (av.BlockingIOError, av.EOFError):
                return

    for start in range(0, len(samples), _BLOCK):
        block = np.ascontiguousarray(samples[start : start + _BLOCK]).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(block, format="flt", layout="mono")
        frame.sample_rate, frame.pts = SAMPLE_RATE, start
        graph.push(frame)
        pull()
    graph.push(None)
    pull()
    return np.concatenate([np.zeros(0, dtype=np.float32), *heard])
