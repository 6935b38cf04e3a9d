"""One file from its first packet to its last, counted while it streams.

Nothing a header says is believed: an hour of silence is 650 kB of FLAC, and 136 kB of Opus are
ten minutes. What counts are the samples that came out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.packet import Packet

from app.media.errors import MediaError
from app.media.protocol import SAMPLE_RATE
from worker.decoder.opening import Opened
from worker.decoder.resample import RATES_HZ, Int16, Resampler

_SMALLEST_GAP_S: Final = 0.1
_LARGEST_GAP_S: Final = 60.0
"""A longer jump is a clock that was set anew, and no silence."""
_MOST_SILENCE_S: Final = 600.0
"""More than this is put in only as long as it is less than the sound that was decoded: a
recorder that stops in pauses needs it, and damaged timestamps cannot make hours of nothing."""
_MISSING_S: Final = 0.5
_MISSING_SHARE: Final = 0.005
_BARREN_READS: Final = 100
_BARREN_PACKETS: Final = 100_000
"""So many in a row without sound are no recording: empty ones cost a file nothing."""
_TIMES_ARE_GUESSES: Final = frozenset({"avi"})


@dataclass(slots=True)
class Tally:
    """What is known in the end."""

    samples: int = 0
    damaged_frames: int = 0
    filled_samples: int = 0


class AudioDecoder:
    """Iterate `blocks` to the end, then ask for `done`.

    `blocks` gives int16 mono at 16 kHz, about a second each. It raises MediaError (`too_long`,
    `empty_audio`, `unreadable_audio`) and MemoryError.
    """

    def __init__(self, opened: Opened, max_samples: int) -> None:
        self._opened = opened
        self._max = max_samples
        self._resampler = Resampler()
        self._hash = hashlib.sha256()
        self._tally = Tally()
        self._decoded_s = 0.0
        self._offset_s: float | None = None

    def info(self) -> dict[str, object]:
        """The fields of the `info` frame."""
        context = self._opened.stream.codec_context
        return {
            "container": self._opened.container.format.name,
            "codec": context.name,
            "sample_rate_hz": context.sample_rate,
            "channels": context.layout.nb_channels,
            "duration_s": self._opened.duration_s,
            "duration_is_estimate": self._opened.duration_is_estimate,
            "has_video": self._opened.has_video,
        }

    def done(self) -> dict[str, object]:
        """The fields of the `done` frame; of use once `blocks` has ended."""
        declared_s = self._opened.declared_s
        decoded_s = self._tally.samples / SAMPLE_RATE
        missing_s = 0.0 if declared_s is None else declared_s - decoded_s
        # Ch 7 · Planning for Mistakes: a file that lost its end is transcribed and says so
        complete = missing_s <= max(_MISSING_S, _MISSING_SHARE * decoded_s)
        return {
            "samples": self._tally.samples,
            "sha256": self._hash.hexdigest(),
            "complete": complete,
            "declared_s": declared_s,
            "damaged_frames": self._tally.damaged_frames,
            "filled_s": self._tally.filled_samples / SAMPLE_RATE,
            "inverted_s": self._resampler.mixer.inverted_samples / SAMPLE_RATE,
        }

    def blocks(self) -> Iterator[Int16]:
        barren = 0
        for packet in self._packets():
            frames = self._frames(packet)
            for frame in frames:
                yield from self._timed(frame)
            barren = 0 if frames else barren + 1
            if barren > _BARREN_PACKETS:
                break
        yield from self._counted(self._resampler.flush())
        if self._tally.samples == self._tally.filled_samples:
            raise self._nothing()

    def _packets(self) -> Iterator[Packet[AudioStream]]:
        """Packets up to the end, reading on behind places that cannot be read."""
        barren = 0
        while barren < _BARREN_READS:
            try:
                for packet in self._opened.container.demux(self._opened.stream):
                    barren = 0
                    yield packet
                return
            except (av.FFmpegError, OSError, ValueError, IndexError):
                # IndexError: PyAV trips over a stream that turns up late; it knows it next time.
                barren += 1
                self._tally.damaged_frames += 1

    def _frames(self, packet: Packet[AudioStream]) -> list[AudioFrame]:
        # Ch 7 · Planning for Mistakes: a damaged frame costs its own moment and not the recording
        try:
            return [frame for frame in packet.decode() if frame.samples]
        except MemoryError:
            raise
        except (av.FFmpegError, ValueError):
            self._tally.damaged_frames += 1
            return []

    def _timed(self, frame: AudioFrame) -> Iterator[Int16]:
        """The frame's samples, after silence for what its timestamp says is missing before it."""
        if frame.sample_rate not in RATES_HZ:
            self._tally.damaged_frames += 1
            return
        gap_s = self._gap_s(frame.time)
        if gap_s:
            yield from self._counted(self._resampler.flush())
            yield from self._silence(round(gap_s * SAMPLE_RATE))
        try:
            yield from self._counted(self._resampler.push(frame))
        except (av.FFmpegError, ValueError):
            self._tally.damaged_frames += 1
            return
        self._decoded_s += frame.samples / frame.sample_rate

    def _gap_s(self, time_s: float | None) -> float:
        if time_s is None or self._opened.container.format.name in _TIMES_ARE_GUESSES:
            return 0.0
        if self._offset_s is None:
            self._offset_s = self._start_s(time_s)
        gap_s = time_s - self._offset_s - self._decoded_s
        if gap_s < -1 or gap_s > _LARGEST_GAP_S or not self._may_fill(gap_s):
            self._offset_s += gap_s
            return 0.0
        if gap_s < _SMALLEST_GAP_S:
            return 0.0
        self._decoded_s += gap_s
        return gap_s

    def _may_fill(self, gap_s: float) -> bool:
        filled_s = self._tally.filled_samples / SAMPLE_RATE
        heard_s = self._decoded_s - filled_s
        return filled_s + gap_s <= _MOST_SILENCE_S + heard_s

    def _start_s(self, first_s: float) -> float:
        """Where the player's clock starts: with a picture, sound may set in later than that."""
        start: int | None = self._opened.container.start_time
        if start is None or not self._opened.has_video:
            return first_s
        return start / av.time_base

    def _silence(self, samples: int) -> Iterator[Int16]:
        self._tally.filled_samples += samples
        for start in range(0, samples, SAMPLE_RATE):
            length = min(SAMPLE_RATE, samples - start)
            yield from self._counted(iter([np.zeros(length, dtype=np.int16)]))

    def _counted(self, blocks: Iterator[Int16]) -> Iterator[Int16]:
        for block in blocks:
            self._tally.samples += len(block)
            # Ch 28 · Security and Privacy: samples are counted as they come, a bomb ends at the cap
            if self._tally.samples > self._max:
                raise _too_long(self._max / SAMPLE_RATE)
            self._hash.update(block.data)
            yield block

    def _nothing(self) -> MediaError:
        if self._tally.damaged_frames:
            return MediaError(
                "unreadable_audio",
                "No part of the sound in this file can be decoded. Play it on your device; if "
                "that works, export it as WAV or FLAC and use that.",
            )
        return MediaError(
            "empty_audio",
            "The file has a sound track with nothing in it. Check the recording on your device.",
        )


def _too_long(max_s: float) -> MediaError:
    limit = f"{max_s / 3600:g} hours" if max_s >= 3600 else f"{max_s:g} seconds"
    return MediaError(
        "too_long",
        f"The recording is longer than the limit of {limit}. Cut it and upload the parts.",
    )
