"""Audio files of corpora: how long they are, and into FLAC without loss.

The format comes from the source, never from a guess at the content, so that nothing but the one
named demuxer of FFmpeg ever sees a file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

FORMATS: Final = {
    ".flac": "flac",
    ".wav": "wav",
    ".mp3": "mp3",
    ".ogg": "ogg",
    ".opus": "ogg",
    ".sph": "nistsphere",
    ".m4a": "mov",
    ".webm": "matroska",
}
_LOCAL: Final = {"protocol_whitelist": "file"}


class BadAudio(Exception):
    """The file is not the audio it should be."""


def duration_s(path: Path) -> float:
    """Seconds, from the times of the packets; decodes nothing. Raises `BadAudio`."""
    try:
        with av.open(str(path), format=FORMATS[path.suffix.lower()], options=_LOCAL) as container:
            stream = _stream(container)
            if stream.duration and container.format.name in ("flac", "wav", "ogg"):
                return float(stream.duration * stream.time_base)
            end = 0.0
            for packet in container.demux(stream):
                if packet.pts is not None and packet.duration:
                    end = max(end, float((packet.pts + packet.duration) * packet.time_base))
            return end
    except (FFmpegError, KeyError, ValueError) as error:
        raise BadAudio(f"{path.name}: {error}") from error


def to_flac(source: Path, target: Path) -> None:
    """16-bit audio of any known format into FLAC, sample for sample. Raises `BadAudio`."""
    try:
        with av.open(
            str(source), format=FORMATS[source.suffix.lower()], options=_LOCAL
        ) as container:
            stream = _stream(container)
            rate = stream.codec_context.sample_rate
            blocks = _samples(container, stream)
            _write(blocks, rate, target)
    except (FFmpegError, KeyError, ValueError) as error:
        raise BadAudio(f"{source.name}: {error}") from error


def raw_to_flac(source: Path, target: Path, rate: int, dtype: str) -> None:
    """Samples without a header: `dtype` as numpy writes it, e.g. `>i2`. Raises `BadAudio`."""
    content = source.read_bytes()
    if not content or len(content) % np.dtype(dtype).itemsize:
        raise BadAudio(f"{source.name}: {len(content)} bytes are no whole number of samples")
    samples = np.frombuffer(content, dtype=dtype).astype(np.int16)
    try:
        _write(iter([samples]), rate, target)
    except (FFmpegError, ValueError) as error:
        raise BadAudio(f"{source.name}: {error}") from error


def _stream(container: Any) -> Any:
    if not container.streams.audio:
        raise ValueError("it has no audio")
    return container.streams.audio[0]


def _samples(container: Any, stream: Any) -> Iterator[NDArray[np.int16]]:
    mono = av.AudioResampler(format="s16", layout="mono", rate=stream.codec_context.sample_rate)
    for frame in container.decode(stream):
        for part in mono.resample(frame):
            yield part.to_ndarray()[0]


def _write(blocks: Iterator[NDArray[np.int16]], rate: int, target: Path) -> None:
    """FLAC without the version of the library in it: the same samples make the same file."""
    with av.open(str(target), "w", format="flac", options={"fflags": "+bitexact"}) as container:
        stream: Any = container.add_stream("flac", rate=rate, options={"flags": "+bitexact"})
        stream.codec_context.layout = "mono"
        stream.codec_context.format = "s16"
        stream.codec_context.open()
        fifo = av.AudioFifo()
        position = 0
        for block in blocks:
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(block)[np.newaxis, :], format="s16", layout="mono"
            )
            frame.sample_rate = rate
            frame.pts = position
            position += block.size
            fifo.write(frame)
            for ready in fifo.read_many(stream.codec_context.frame_size):
                container.mux(stream.encode(ready))
        if (rest := fifo.read(partial=True)) is not None:
            container.mux(stream.encode(rest))
        container.mux(stream.encode(None))
    if not position:
        raise ValueError("it has no samples")
