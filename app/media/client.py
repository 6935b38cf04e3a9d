"""The client of the decoder server: a file goes in, blocks of samples come out.

Blocks are handed on as they are decoded. A reader that is slow slows the decoder down, so memory
does not grow with the length of the recording.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Final

from app.media.containers import Container
from app.media.decoding import Decoding, Samples, crashed, crashed_again, unavailable
from app.media.errors import MediaError
from app.media.protocol import (
    SAMPLE_RATE,
    Operation,
    PlantedFault,
    ProtocolError,
    Request,
    probe_socket,
    send_request,
)
from app.media.results import AudioInfo, Summary
from app.media.sniff import describe
from app.media.source import Source, opened, sniff_descriptor

__all__ = ["AudioInfo", "DecoderClient", "Decoding", "MediaError", "Samples", "Summary"]

_PROBE_SAMPLES: Final = 60 * SAMPLE_RATE


class DecoderClient:
    """Talks to the server at `socket_path`; holds no connection between calls.

    `timeout_s` is how long the decoder may stay silent, not how long a recording may take.
    """

    def __init__(self, socket_path: str | os.PathLike[str], timeout_s: float = 60) -> None:
        self.socket_path: Final = Path(socket_path)
        self.timeout_s: Final = timeout_s

    def probe(
        self,
        source: Source,
        container: Container | None = None,
        *,
        fault: PlantedFault | None = None,
    ) -> AudioInfo:
        """What a file holds, after decoding its very first samples.

        A decoder that ends without a word may have been killed by somebody else, so the file
        gets a second chance at once; when that ends the same way, the file is to blame.
        `container` saves looking at the file's head again when it has been sniffed before.

        Raises:
            MediaError: as for `decode`, as far as the beginning of the file tells.
        """
        try:
            return self._probe(source, container, fault)
        except MediaError as error:
            if error.code != "decoder_crashed" or not error.retryable:
                raise
        try:
            return self._probe(source, container, fault)
        except MediaError as error:
            if error.code == "decoder_crashed":
                raise crashed_again() from error
            raise

    def decode(
        self,
        source: Source,
        max_s: float,
        container: Container | None = None,
        *,
        fault: PlantedFault | None = None,
    ) -> Decoding:
        """Start decoding; returns once the first samples exist.

        Args:
            source: a path or a binary file, which may be closed as soon as this returns.
            max_s: longest recording in seconds, counted in samples and not read from a header.
            fault: makes the decoder fail, see `app.media.faults`.

        Raises:
            MediaError: here, or from the iteration, when the rest turns out to be unreadable.
        """
        return self._start("decode", source, container, max(1, int(max_s * SAMPLE_RATE)), fault)

    def _probe(
        self, source: Source, container: Container | None, fault: PlantedFault | None
    ) -> AudioInfo:
        with self._start("probe", source, container, _PROBE_SAMPLES, fault) as decoding:
            return decoding.info

    def _start(
        self,
        op: Operation,
        source: Source,
        container: Container | None,
        max_samples: int,
        fault: PlantedFault | None,
    ) -> Decoding:
        with opened(source) as descriptor:
            container = container or _accepted(descriptor)
            sock = self._connect(op)
            try:
                request = Request(op, container.demuxer, max_samples, fault)
                send_request(sock, request, descriptor)
                return Decoding(sock, container, max_samples)
            except (ConnectionError, TimeoutError, BlockingIOError) as error:
                sock.close()
                raise unavailable() from error
            except ProtocolError as error:
                sock.close()
                raise crashed() from error
            except BaseException:
                sock.close()
                raise

    def _connect(self, op: Operation) -> socket.socket:
        path = probe_socket(self.socket_path) if op == "probe" else self.socket_path
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            sock.settimeout(self.timeout_s)
            sock.connect(os.fspath(path))
        except OSError as error:
            sock.close()
            raise unavailable() from error
        return sock


def _accepted(descriptor: int) -> Container:
    container, head = sniff_descriptor(descriptor)
    if container is not None:
        return container
    if not head:
        raise MediaError("empty_audio", "The file is empty. Export the recording again.")
    raise MediaError(
        "unsupported_format",
        f"This is {describe(head)}, not a recording that can be read here. Use sound or "
        "video, for example MP3, M4A, WAV, FLAC, Ogg, WebM or MP4.",
    )
