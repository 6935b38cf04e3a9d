"""The client of the decoder server: a file goes in, blocks of samples come out.

Blocks are handed on as they are decoded. A reader that is slow slows the decoder down, so memory
does not grow with the length of the recording.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self, cast

import numpy as np
import numpy.typing as npt

from app.media.containers import Container
from app.media.errors import CODES, MediaError, MediaErrorCode
from app.media.protocol import (
    BYTES_PER_SAMPLE,
    SAMPLE_RATE,
    ConnectionLost,
    FrameKind,
    Operation,
    ProtocolError,
    Request,
    load_json,
    receive_frame,
    send_request,
)
from app.media.results import (
    AudioInfo,
    Summary,
    number,
    optional_number,
    parse_summary,
    text,
    truth,
)
from app.media.sniff import describe
from app.media.source import Source, opened, sniff_descriptor

__all__ = ["AudioInfo", "DecoderClient", "Decoding", "MediaError", "Samples", "Summary"]

Samples = npt.NDArray[np.float32]
_PROBE_SAMPLES: Final = 60 * SAMPLE_RATE
_BLOCK: Final = SAMPLE_RATE
_CRASHED: Final = (
    "The program that decodes recordings ended in the middle of this file. Your upload is kept. "
    "The file may be damaged: play it from start to end, export it again, and upload that."
)


class DecoderClient:
    """Talks to the server at `socket_path`; holds no connection between calls.

    `timeout_s` is how long the decoder may stay silent, not how long a recording may take.
    """

    def __init__(self, socket_path: str | os.PathLike[str], timeout_s: float = 60) -> None:
        self.socket_path: Final = Path(socket_path)
        self.timeout_s: Final = timeout_s

    def probe(self, source: Source, container: Container | None = None) -> AudioInfo:
        """What a file holds, after decoding its very first samples.

        `container` saves looking at the file's head again when it has been sniffed before.

        Raises:
            MediaError: as for `decode`, as far as the beginning of the file tells.
        """
        with self._start("probe", source, container, _PROBE_SAMPLES) as decoding:
            return decoding.info

    def decode(self, source: Source, max_s: float, container: Container | None = None) -> Decoding:
        """Start decoding; returns once the first samples exist.

        Args:
            source: a path or a binary file, which may be closed as soon as this returns.
            max_s: longest recording in seconds, counted in samples and not read from a header.

        Raises:
            MediaError: here, or from the iteration, when the rest turns out to be unreadable.
        """
        return self._start("decode", source, container, max(1, int(max_s * SAMPLE_RATE)))

    def _start(
        self, op: Operation, source: Source, container: Container | None, max_samples: int
    ) -> Decoding:
        with opened(source) as descriptor:
            container = container or _accepted(descriptor)
            sock = self._connect()
            try:
                send_request(sock, Request(op, container.demuxer, max_samples), descriptor)
                return Decoding(sock, container, max_samples)
            except (ConnectionError, TimeoutError, BlockingIOError) as error:
                sock.close()
                raise _unavailable() from error
            except ProtocolError as error:
                sock.close()
                raise MediaError("decoder_crashed", _CRASHED) from error
            except BaseException:
                sock.close()
                raise

    def _connect(self) -> socket.socket:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            sock.settimeout(self.timeout_s)
            sock.connect(os.fspath(self.socket_path))
        except OSError as error:
            sock.close()
            raise _unavailable() from error
        return sock


class Decoding:
    """Float32 mono blocks at 16 kHz, about a second each, once from start to end.

    Closing early ends the process that decodes. Use it as a context manager, or exhaust it.
    """

    def __init__(self, sock: socket.socket, container: Container, max_samples: int) -> None:
        self._sock = sock
        self._left = max_samples
        self._count = 0
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
        """Hang up; the decoding process ends when it next has something to say."""
        self._sock.close()

    def _read_info(self, container: Container) -> AudioInfo:
        kind, payload = self._receive()
        if kind is FrameKind.STARTED:
            self.child_pid = int(number(load_json(payload), "pid"))
            kind, payload = self._receive()
        if kind is not FrameKind.INFO:
            raise MediaError("decoder_crashed", _CRASHED)
        fields = load_json(payload)
        return AudioInfo(
            container=container.name,
            media_type=container.media_type,
            codec=text(fields, "codec"),
            sample_rate_hz=int(number(fields, "sample_rate_hz")),
            channels=int(number(fields, "channels")),
            duration_s=optional_number(fields, "duration_s"),
            duration_is_estimate=truth(fields, "duration_is_estimate"),
            has_video=truth(fields, "has_video"),
            playable=container.playable,
        )

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
        if self._count > self._left:
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
        try:
            kind, payload = receive_frame(self._sock)
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
                raise _unavailable() from error
            raise MediaError("decoder_crashed", _CRASHED) from error
        except ProtocolError as error:
            raise self._broken() from error
        self.close()
        if code not in CODES:
            raise MediaError("decoder_crashed", _CRASHED)
        raise MediaError(cast(MediaErrorCode, code), detail)

    def _broken(self) -> MediaError:
        """The process said what no healthy decoder says: what it sent is not to be used."""
        self.close()
        return MediaError("decoder_crashed", _CRASHED)


def _accepted(descriptor: int) -> Container:
    container, head = sniff_descriptor(descriptor)
    if container is not None:
        return container
    if not head:
        raise MediaError("empty_audio", "The file is empty. Export the recording again.")
    raise MediaError(
        "unsupported_format",
        f"This is {describe(head)}, not a recording that can be read here. Upload sound or "
        "video, for example MP3, M4A, WAV, FLAC, Ogg, WebM or MP4.",
    )


def _unavailable() -> MediaError:
    return MediaError(
        "decoder_unavailable",
        "The part of the service that decodes recordings is not running. Your upload is kept; "
        "try again in a minute.",
    )


def _silent(child_pid: int | None) -> tuple[MediaErrorCode, str]:
    if child_pid is None:
        return "decoder_unavailable", (
            "Every decoder is busy with other recordings. Your upload is kept; try again later."
        )
    return "decoder_timeout", (
        "Decoding this file made no progress for too long and was stopped. Try again once; if "
        "that fails too, export the recording as WAV or FLAC and upload that."
    )
