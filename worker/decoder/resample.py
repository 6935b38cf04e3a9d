"""Whatever the file has, as 16 kHz mono int16: libswresample, then our own mix of two channels.

Two channels are averaged. If one of them is silent the average is 6 dB down and still right, as
nothing after this depends on the level. If they are in opposite phase (one cable of a stereo
microphone wired the wrong way round) the average is silence although both channels are loud:
then one of them is turned over, second by second. More channels than two are mixed down to two
by libswresample where their places are known, and averaged where they are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import av
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.filter import Graph

from app.media.protocol import SAMPLE_RATE

Int16 = npt.NDArray[np.int16]
Parameters = tuple[int, str, str]
_BLOCK: Final = SAMPLE_RATE
RATES_HZ: Final = range(2_000, 768_001)
"""Of all recordings there are; others are damage."""
_CANCELLED: Final = 0.02
"""Energy of the sum over that of the difference (-17 dB) below which channels cancel out."""
_AUDIBLE: Final = 30.0**2
"""Mean square (about -61 dBFS) under which nobody can tell the phase and nothing changes."""


class Mixer:
    """Mono from interleaved stereo, turning one channel over where both cancel each other."""

    def __init__(self) -> None:
        self.inverted_samples = 0
        self._inverted = False

    def mix(self, stereo: Int16) -> Int16:
        """`stereo` has shape (n, 2), the answer (n,). About a second at a time."""
        left, right = stereo[:, 0].astype(np.float32), stereo[:, 1].astype(np.float32)
        sums, differences = (left + right) * 0.5, (left - right) * 0.5
        energy = float(np.mean(np.square(sums))) if len(sums) else 0.0
        opposite = float(np.mean(np.square(differences))) if len(sums) else 0.0
        if max(energy, opposite) > _AUDIBLE:
            # A band in which the last decision stands: it must not flip in every pause.
            if energy < _CANCELLED * opposite:
                self._inverted = True
            elif opposite < _CANCELLED * energy or not self._inverted:
                self._inverted = False
        if self._inverted:
            self.inverted_samples += len(sums)
        mono: Int16 = np.rint(differences if self._inverted else sums).astype(np.int16)
        return mono


class Resampler:
    """Decoded frames of any rate, format and layout, which may change on the way."""

    def __init__(self) -> None:
        self.mixer = Mixer()
        self._graph: Graph | None = None
        self._parameters: Parameters | None = None
        self._stereo = False
        self._unread_s = 0.0

    def push(self, frame: AudioFrame) -> Iterator[Int16]:
        """Take one frame, of a rate in `RATES_HZ`; give blocks of a second when there are any."""
        parameters = (frame.sample_rate, frame.format.name, frame.layout.name)
        if parameters != self._parameters:
            yield from self.flush()
            self._graph = self._build(frame, parameters)
            self._parameters = parameters
        if self._graph is not None:
            self._graph.push(frame)
        self._unread_s += frame.samples / frame.sample_rate
        if self._unread_s >= 1:
            self._unread_s = 0.0
            yield from self._pull()

    def flush(self) -> Iterator[Int16]:
        """What is still inside; after it the next frame starts anew."""
        if self._graph is not None:
            self._graph.push(None)
            yield from self._pull()
        self._graph = self._parameters = None
        self._unread_s = 0.0

    def _build(self, frame: AudioFrame, parameters: Parameters) -> Graph:
        rate, sample_format, layout = parameters
        channels = frame.layout.nb_channels
        graph = Graph()
        graph.threads = 1
        chain = [
            graph.add(
                "abuffer",
                sample_rate=str(rate),
                sample_fmt=sample_format,
                channel_layout=layout,
                time_base=f"1/{rate}",
            )
        ]
        if channels > 2 and layout == f"{channels} channels":
            average = "+".join(f"{1 / channels:.6f}*c{number}" for number in range(channels))
            chain.append(graph.add("pan", f"mono|c0={average}"))
            channels = 1
        self._stereo = channels > 1
        chain.append(graph.add("aresample", str(SAMPLE_RATE)))
        chain.append(
            graph.add(
                "aformat",
                sample_rates=str(SAMPLE_RATE),
                sample_fmts="s16",
                channel_layouts="stereo" if self._stereo else "mono",
            )
        )
        graph.link_nodes(*chain, graph.add("abuffersink"))
        graph.configure()
        graph.set_audio_frame_size(_BLOCK)
        return graph

    def _pull(self) -> Iterator[Int16]:
        while self._graph is not None:
            try:
                frame = self._graph.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            # A copy, as the frame's memory is used again.
            packed = frame.to_ndarray().reshape(-1).astype(np.int16, copy=False)
            yield self.mixer.mix(packed.reshape(-1, 2)) if self._stereo else packed
