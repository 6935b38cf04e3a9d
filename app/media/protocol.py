"""What client and decoder say to each other over the unix socket.

    two doors           PATH for decodes, PATH's neighbour `.probe` for looks at a file
    client -> decoder   one message: header (JSON, newline) with ONE open descriptor (SCM_RIGHTS)
    decoder -> client   frames:      1 byte kind, 4 bytes length (little-endian), payload

The file travels as a descriptor, so that the decoder needs no path and no right to open any.
The order of frames is `started`, then `info`, then for a decode any number of `samples` and
`done`; `error` may take the place of whatever would come next, and ends the connection.
`info` is sent when the first samples exist: it is a promise that there is sound.
"""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import IntEnum
from pathlib import Path
from typing import Final, Literal, cast

SAMPLE_RATE: Final = 16_000
"""Of everything decoded: mono, little-endian int16 on the wire."""
BYTES_PER_SAMPLE: Final = 2
MAX_HEADER_BYTES: Final = 4096
MAX_FRAME_BYTES: Final = 1 << 20
"""Longest payload; the other side is cut off when it announces more."""

Json = Mapping[str, object]
Operation = Literal["probe", "decode"]
_PREFIX: Final = struct.Struct("<BI")


def probe_socket(decoder_socket: Path) -> Path:
    """Where probes are answered, so that they never queue behind decodes."""
    return decoder_socket.with_suffix(".probe")


class FrameKind(IntEnum):
    STARTED = 1
    INFO = 2
    SAMPLES = 3
    DONE = 4
    ERROR = 5


class ProtocolError(Exception):
    """The other side does not keep to the format above."""


class ConnectionLost(ProtocolError):
    """The other side hung up in the middle of what it had to say."""


@dataclass(frozen=True, slots=True)
class PlantedFault:
    """A decoder told to fail, for the walkthrough: see `app.media.faults`."""

    kind: Literal["crash", "hang"]
    after_s: float
    """Of audio; with 0 it fails before the first sample."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the client asks for. `max_samples` is at 16 kHz; more than that is `too_long`."""

    op: Operation
    demuxer: str
    max_samples: int
    fault: PlantedFault | None = None

    def encode(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def parse(cls, line: bytes) -> Request:
        """Raises ProtocolError: not JSON, or a field is missing or of the wrong type."""
        fields = load_json(line)
        op, demuxer = fields.get("op"), fields.get("demuxer")
        most = fields.get("max_samples")
        if op not in ("probe", "decode") or not isinstance(demuxer, str):
            raise ProtocolError("op or demuxer is missing")
        if not isinstance(most, int) or isinstance(most, bool) or not 0 < most < 1 << 40:
            raise ProtocolError("max_samples is missing or out of range")
        return cls(op, demuxer, most, _fault(fields.get("fault")))


def _fault(fields: object) -> PlantedFault | None:
    if fields is None:
        return None
    if not isinstance(fields, dict) or fields.get("kind") not in ("crash", "hang"):
        raise ProtocolError("an unknown fault")
    after_s = fields.get("after_s")
    if not isinstance(after_s, int | float):
        raise ProtocolError("a fault at no time")
    return PlantedFault(fields["kind"], after_s)


def load_json(payload: bytes | bytearray) -> dict[str, object]:
    """Raises ProtocolError: not a JSON object."""
    try:
        value = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("not JSON") from error
    if not isinstance(value, dict):
        raise ProtocolError("not a JSON object")
    return cast(dict[str, object], value)


def send_request(sock: socket.socket, request: Request, descriptor: int) -> None:
    message = request.encode()
    sent = socket.send_fds(sock, [message], [descriptor])
    sock.sendall(message[sent:])


def receive_request(sock: socket.socket) -> tuple[Request, int]:
    """The request and its descriptor, which is the caller's to close.

    Raises:
        ProtocolError: no descriptor, more than one, or no valid header.
        TimeoutError: the client is silent for longer than the socket's timeout.
    """
    message, descriptors, _, _ = socket.recv_fds(sock, MAX_HEADER_BYTES, 1)
    while not message.endswith(b"\n"):
        more = sock.recv(MAX_HEADER_BYTES)
        message += more
        if not more or len(message) > MAX_HEADER_BYTES:
            raise ProtocolError("the header does not end")
    if len(descriptors) != 1:
        raise ProtocolError("no file came with the header")
    return Request.parse(message), descriptors[0]


def send_frame(sock: socket.socket, kind: FrameKind, payload: bytes | memoryview) -> None:
    sock.sendall(_PREFIX.pack(kind, len(payload)))
    sock.sendall(payload)


def send_json(sock: socket.socket, kind: FrameKind, fields: Json) -> None:
    send_frame(sock, kind, json.dumps(fields).encode())


def receive_frame(sock: socket.socket) -> tuple[FrameKind, bytearray]:
    """The next frame.

    Raises:
        ConnectionLost: hung up instead, or in the middle of it.
        ProtocolError: an unknown kind, or longer than `MAX_FRAME_BYTES`.
        TimeoutError: it was not there, all of it, within the socket's timeout.
    """
    timeout_s = sock.gettimeout()
    until = None if timeout_s is None else time.monotonic() + timeout_s
    try:
        kind, length = _PREFIX.unpack(_receive_exactly(sock, _PREFIX.size, until))
        if length > MAX_FRAME_BYTES:
            raise ProtocolError(f"a frame of {length} bytes")
        return FrameKind(kind), _receive_exactly(sock, length, until)
    except ValueError:
        raise ProtocolError(f"a frame of unknown kind {kind}") from None
    finally:
        sock.settimeout(timeout_s)


def _receive_exactly(sock: socket.socket, length: int, until: float | None) -> bytearray:
    """One time limit for all: else a byte now and then would hold the reader for years."""
    data = bytearray(length)
    view = memoryview(data)
    while view:
        if until is not None:
            sock.settimeout(max(0.001, until - time.monotonic()))
        try:
            count = sock.recv_into(view)
        except ConnectionError as error:
            raise ConnectionLost(str(error)) from error
        if count == 0:
            raise ConnectionLost("the connection ended")
        view = view[count:]
    return data
