"""The life of one child: one request, one file, one answer."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Final, NoReturn

import numpy as np

from app.media.errors import MediaError, MediaErrorCode
from app.media.protocol import (
    SAMPLE_RATE,
    FrameKind,
    Operation,
    PlantedFault,
    ProtocolError,
    Request,
    receive_request,
    send_frame,
    send_json,
)
from worker.decoder.decode import AudioDecoder
from worker.decoder.limits import PROBE_CPU_S, CpuSpent, confine, cpu_limit_s, die_with_parent
from worker.decoder.opening import open_audio
from worker.decoder.resample import Int16
from worker.decoder.seccomp import deny_other_calls
from worker.decoder.source import Descriptor

_HEADER_TIMEOUT_S: Final = 10
_STALLED_READER_S: Final = 6 * 3600
"""A job that waits its turn holds its decoder; one whose owner is stuck must not do so for ever."""
_FRAME_SAMPLES: Final = 3 * 16_000
_SOCKET: Final = 3
_FILE: Final = 4
_OPEN_DESCRIPTORS: Final = 5
_NO_MEMORY: Final = (
    "Decoding this file takes more memory than any sound recording should. It may be damaged: "
    "export it as WAV or FLAC and use that."
)
_NO_TIME: Final = (
    "Decoding this file takes far longer than any sound recording should and was stopped. "
    "Export it as WAV or FLAC and use that."
)


def run(connection: socket.socket, parent: int, operation: Operation) -> NoReturn:
    """Serve `connection`, which may only ask for `operation`, and end the process.

    To be called right after the fork.
    """
    status = 1
    try:
        die_with_parent(parent)
        _default_signals()
        with _only(connection) as sock:
            status = _serve(sock, parent, operation)
    finally:
        os._exit(status)


def _default_signals() -> None:
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)


def _only(connection: socket.socket) -> socket.socket:
    """Keep nothing open but the connection, as number 3, with the standard three on nothing."""
    os.dup2(connection.detach(), _SOCKET)
    os.closerange(_SOCKET + 1, os.sysconf("SC_OPEN_MAX"))
    null = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(null, number)
    os.close(null)
    return socket.socket(fileno=_SOCKET)


def _serve(sock: socket.socket, parent: int, operation: Operation) -> int:
    """The exit status: 0 when the client got all of an answer."""
    try:
        sock.settimeout(_HEADER_TIMEOUT_S)
        send_json(sock, FrameKind.STARTED, {"pid": os.getpid()})
        request, descriptor = receive_request(sock)
        if descriptor != _FILE or not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ProtocolError("what came with the header is no regular file")
        if request.op != operation:
            raise ProtocolError(f"this door is for a {operation}")
        cpu_s = PROBE_CPU_S if operation == "probe" else cpu_limit_s(request.max_samples)
        confine(cpu_s, _OPEN_DESCRIPTORS)
        die_with_parent(parent)
        sock.settimeout(_STALLED_READER_S)
        source = Descriptor(descriptor)
        deny_other_calls()
        _answer(sock, source, request)
    except MediaError as error:
        return _fail(sock, error.code, error.detail)
    except MemoryError:
        return _fail(sock, "unreadable_audio", _NO_MEMORY)
    except CpuSpent:
        return _fail(sock, "decoder_timeout", _NO_TIME)
    except ProtocolError as error:
        return _fail(sock, "decoder_crashed", f"The request was not understood: {error}.")
    except OSError:
        return 1  # the client has gone, and with it everybody who wanted an answer
    except Exception as error:  # noqa: BLE001 - whatever it is, the client must hear of it
        return _fail(
            sock, "decoder_crashed", f"The decoder failed on this file ({type(error).__name__})."
        )
    return 0


def _fail(sock: socket.socket, code: MediaErrorCode, detail: str) -> int:
    with suppress(OSError):
        send_json(sock, FrameKind.ERROR, {"code": code, "detail": detail})
    return 1


def _answer(sock: socket.socket, source: Descriptor, request: Request) -> None:
    decoder = AudioDecoder(open_audio(source, request.demuxer), request.max_samples)
    blocks = decoder.blocks()
    if request.fault is not None:
        blocks = _failing(blocks, request.fault)
    if request.op == "probe":
        next(blocks)
        send_json(sock, FrameKind.INFO, decoder.info())
        return
    for number, payload in enumerate(_gathered(blocks)):
        if number == 0:
            send_json(sock, FrameKind.INFO, decoder.info())
        send_frame(sock, FrameKind.SAMPLES, payload)
    send_json(sock, FrameKind.DONE, decoder.done())


def _failing(blocks: Iterator[Int16], fault: PlantedFault) -> Iterator[Int16]:
    """Blocks up to the moment of the fault."""
    # Ch 28 · Security and Privacy: what a file that has taken the decoder over would look like
    heard = 0
    for block in blocks:
        if heard >= fault.after_s * SAMPLE_RATE:
            if fault.kind == "crash":
                ctypes.string_at(0)  # reads address 0: the kernel ends the process
            while True:
                time.sleep(3600)
        yield block
        heard += len(block)


def _gathered(blocks: Iterator[Int16]) -> Iterator[memoryview]:
    """Three seconds at a time, as a system call for each block would cost more than it carries.

    The first block goes out alone: somebody may be waiting to see something happen.
    """
    waiting: list[Int16] = []
    size, wanted = 0, 1
    for block in blocks:
        waiting.append(block)
        size += len(block)
        if size >= wanted:
            yield np.concatenate(waiting).data.cast("B")
            waiting, size, wanted = [], 0, _FRAME_SAMPLES
    if size:
        yield np.concatenate(waiting).data.cast("B")
