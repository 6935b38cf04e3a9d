"""One recording being decoded, seen from the side that wants the samples."""

from __future__ import annotations

import math
import socket
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Final, Self, cast

import numpy as np
import numpy.typing as npt

from app.media.containers import Container
from app.media.errors import CODES, MediaError, MediaErrorCode
from app.media.peer import Peer
from app.media.protocol import (
    BYTES_PER_SAMPLE,
    SAMPLE_RATE,
    ConnectionLost,
    FrameKind,
    ProtocolError,
    load_json,
    receive_frame,
)
from app.media.results import AudioInfo, Summary, number, parse_info, parse_summary, text

Samples = npt.NDArray[np.float32]
_BLOCK: Final = SAMPLE_RATE
_SHORT_FRAMES: Final = 2
"""The first and the last one; whoever sends more of less than a second wastes our time."""
_AWAY_S: Final = 30.0
_CRASHED: Final = (
    "The program that decodes recordings ended in the middle of this file. "
    "The file may be damaged: play it from start to end, export it again, and use that."
)


class Decoding:
    """Float32 mono blocks at 16 kHz, about a second each, once from start to end.

    Closing early ends the process that decodes. Use it as a context manager, or exhaust it.
    """

    def __init__(self, sock: socket.socket, container: Container, max_samples: int) -> None:
        self._sock = sock
        self._server = Peer(sock)
        self._left = max_samples
        self._count = 0
        self._short_frames = 0
        self._patience_s = sock.gettimeout() or math.inf
        self._waited_s = 0.0
        self._last_read_s = time.monotonic()
        self._longest_away_s = 0.0
        self._summary: Summary | None = None
        self.child_pid: int | None = None
        """Process that decodes this file; None once the server did not tell."""
        self.info: Final = self._read_info(container)
        self._blocks = self._read_blocks()

    @property
    def summary(self) -> Summary:
        """Counts and hash of everything decoded.

        Raises RuntimeError before the last block has been taken: nothing is known until then.
        """
        if self._summary is None:
            raise RuntimeError("the summary exists once every block has been read")
        return self._summary

    def __iter__(self) -> Iterator[Samples]:
        return self

    def __next__(self) -> Samples:
        return next(self._blocks)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up; the server ends the decoding process."""
        self._sock.close()

    def _read_info(self, container: Container) -> AudioInfo:
        kind, payload = self._receive()
        if kind is FrameKind.STARTED:
            self.child_pid = int(number(load_json(payload), "pid"))
            kind, payload = self._receive()
        if kind is not FrameKind.INFO:
            raise crashed()
        return parse_info(load_json(payload), container)

    def _read_blocks(self) -> Iterator[Samples]:
        waiting: list[Samples] = []
        size = 0
        while True:
            kind, payload = self._receive()
            if kind is not FrameKind.SAMPLES:
                break
            samples = self._convert(payload)
            waiting.append(samples)
            size += len(samples)
            if size >= _BLOCK:
                joined = np.concatenate(waiting) if len(waiting) > 1 else samples
                whole = size - size % _BLOCK
                for start in range(0, whole, _BLOCK):
                    yield joined[start : start + _BLOCK]
                waiting, size = [joined[whole:]], size - whole
        self._finish(kind, payload)
        if size:
            yield np.concatenate(waiting)

    def _convert(self, payload: bytearray) -> Samples:
        if len(payload) % BYTES_PER_SAMPLE:
            raise self._broken()
        samples = np.frombuffer(payload, dtype="<i2")
        self._count += len(samples)
        self._short_frames += len(samples) < _BLOCK
        # Ch 28 · Security and Privacy: a decoder that was taken over cannot keep us busy for ever
        if self._count > self._left or self._short_frames > _SHORT_FRAMES:
            raise self._broken()
        scaled: Samples = np.multiply(samples, np.float32(1 / 32768), dtype=np.float32)
        return scaled

    def _finish(self, kind: FrameKind, payload: bytearray) -> None:
        try:
            summary = parse_summary(load_json(payload))
        except ProtocolError as error:
            raise self._broken() from error
        if kind is not FrameKind.DONE or summary.samples != self._count:
            raise self._broken()
        self._summary = summary
        self.close()

    def _receive(self) -> tuple[FrameKind, bytearray]:
        """The next frame that is not an error; an error is raised and ends the connection."""
        started_s = time.monotonic()
        self._longest_away_s = max(self._longest_away_s, started_s - self._last_read_s)
        try:
            kind, payload = receive_frame(self._sock)
            self._last_read_s = time.monotonic()
            self._waited_s += self._last_read_s - started_s
            if self._waited_s > self._patience_s + self._count / SAMPLE_RATE:
                raise TimeoutError("slower than the recording itself")
            if kind is not FrameKind.ERROR:
                return kind, payload
            fields = load_json(payload)
            code, detail = text(fields, "code"), text(fields, "detail")
        except TimeoutError as error:
            self.close()
            raise MediaError(*_silent(self.child_pid)) from error
        except ConnectionLost as error:
            self.close()
            if self.child_pid is None:
                raise unavailable() from error
            if self._server.ends():
                raise server_ended() from error
            if self._longest_away_s > _AWAY_S:
                raise _took_too_long(self._longest_away_s) from error
            raise crashed() from error
        except ProtocolError as error:
            raise self._broken() from error
        self.close()
        if code not in CODES:
            raise crashed()
        raise MediaError(cast(MediaErrorCode, code), detail, retryable=False)

    def _broken(self) -> MediaError:
        """The process said what no healthy decoder says: what it sent is not to be used."""
        self.close()
        return crashed()


def server_ended() -> MediaError:
    return MediaError(
        "decoder_unavailable",
        "The decoder was stopped while it read this recording, which has nothing to do with the "
        "recording. Try again.",
    )


def unavailable() -> MediaError:
    return MediaError(
        "decoder_unavailable",
        "The part of the service that decodes recordings is not running; try again in a minute.",
    )


def _silent(child_pid: int | None) -> tuple[MediaErrorCode, str]:
    if child_pid is None:
        return "decoder_unavailable", (
            "Every decoder is busy with other recordings. Try again later."
        )
    return "decoder_timeout", (
        "Decoding this file made no progress for too long and was stopped. Try again once; if "
        "that fails too, export the recording as WAV or FLAC and use that."
    )


def _took_too_long(away_s: float) -> MediaError:
    return MediaError(
        "decoder_timeout",
        f"Nothing was done with the sound of this recording for {away_s:.0f} seconds while other "
        "recordings waited for the decoder. Try again.",
    )


def crashed() -> MediaError:
    return MediaError("decoder_crashed", _CRASHED)


def crashed_again() -> MediaError:
    return MediaError(
        "decoder_crashed",
        "The program that decodes recordings ended twice while it looked into this file, so the "
        "file must be damaged. Play it from start to end, export it again, and use that.",
        retryable=False,
    )
