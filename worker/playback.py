"""A copy that browsers can play, made on the way, for recordings in formats they cannot."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Self
from uuid import uuid4

import av
import numpy as np

from app.storage.base import Storage, Writer
from worker.pipeline.types import SAMPLE_RATE, Samples

BIT_RATE = 32_000


class PlaybackCopy:
    """Ogg Opus, mono, written while the blocks go by; nothing at all when it is not wanted."""

    def __init__(self, storage: Storage, *, wanted: bool) -> None:
        self._storage = storage
        self._wanted = wanted
        self._key = f"playback/{uuid4().hex}"
        self._writer: Writer | None = None
        self._sink = _Sink()
        self._time = 0

    def __enter__(self) -> Self:
        if self._wanted:
            self._writer = self._storage.create(self._key)
            self._container = av.open(self._sink, "w", format="ogg")
            self._stream = self._container.add_stream("libopus", rate=48_000, layout="mono")
            self._stream.bit_rate = BIT_RATE
            self._resampler = av.AudioResampler(format="flt", layout="mono", rate=48_000)
        return self

    def tee(self, blocks: Iterable[Samples]) -> Iterator[Samples]:
        """The same blocks; each is also encoded."""
        for block in blocks:
            if self._writer is not None:
                self._encode(block)
            yield block

    def _encode(self, block: Samples) -> None:
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(block[None]), format="flt", layout="mono"
        )
        frame.sample_rate = SAMPLE_RATE
        frame.pts = self._time
        self._time += len(block)
        for resampled in self._resampler.resample(frame):
            for packet in self._stream.encode(resampled):
                self._container.mux(packet)
        self._drain()

    def _drain(self) -> None:
        assert self._writer is not None
        self._writer.write(self._sink.take())

    def finish(self) -> str | None:
        """The key of the finished copy; None when none was wanted."""
        if self._writer is None:
            return None
        for resampled in self._resampler.resample(None):
            for packet in self._stream.encode(resampled):
                self._container.mux(packet)
        for packet in self._stream.encode(None):
            self._container.mux(packet)
        self._container.close()
        self._drain()
        self._writer.commit()
        return self._key

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._writer is not None and kind is not None:
            self._writer.abort()


class _Sink(io.RawIOBase):
    """Takes the muxer's bytes; Ogg is written from start to end without seeking back."""

    def __init__(self) -> None:
        super().__init__()
        self._data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        view = memoryview(data)  # type: ignore[arg-type]
        self._data += view
        return len(view)

    def take(self) -> bytes:
        taken = bytes(self._data)
        self._data.clear()
        return taken
