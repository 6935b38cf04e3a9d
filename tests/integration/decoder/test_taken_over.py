"""A decoder that was taken over may say what it likes: its client is neither fooled nor held."""

from __future__ import annotations

import io
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from app.media.client import DecoderClient
from app.media.errors import MediaError
from app.media.protocol import FrameKind, probe_socket
from tests.support.decoding import GOOD

pytestmark = pytest.mark.chapter(28)
Speech = Callable[[socket.socket], None]
INFO = {
    "codec": "flac",
    "sample_rate_hz": 16_000,
    "channels": 1,
    "duration_s": None,
    "duration_is_estimate": True,
    "has_video": False,
}
SECOND = bytes(32_000)


def frame(kind: int, payload: bytes) -> bytes:
    return struct.pack("<BI", kind, len(payload)) + payload


STARTED = frame(FrameKind.STARTED, b'{"pid": 1}')
GREETING = STARTED + frame(FrameKind.INFO, json.dumps(INFO).encode())


def samples(payload: bytes) -> bytes:
    return frame(FrameKind.SAMPLES, payload)


@contextmanager
def speaking(folder: Path, timeout_s: float, *speeches: Speech) -> Iterator[DecoderClient]:
    """A client of something that takes a file for each of `speeches`, and says that."""
    with socket.socket(socket.AF_UNIX) as listener:
        path = folder / "s"
        listener.bind(str(path))
        listener.listen()
        probe_socket(path).symlink_to(path)

        def serve() -> None:
            for speech in speeches:
                with suppress(OSError), listener.accept()[0] as connection:
                    connection.recv(4096)
                    speech(connection)
                    connection.shutdown(socket.SHUT_WR)
                    connection.recv(1)

        speaker = threading.Thread(target=serve, daemon=True)
        speaker.start()
        try:
            yield DecoderClient(path, timeout_s)
        finally:
            speaker.join(20)
            assert not speaker.is_alive()


def ever(piece: bytes, pause_s: float = 0.0) -> Speech:
    """The same again and again, until the client hangs up."""

    def speech(connection: socket.socket) -> None:
        connection.sendall(GREETING)
        while True:
            connection.sendall(piece)
            time.sleep(pause_s)

    return speech


def drip(connection: socket.socket) -> None:
    connection.sendall(GREETING)
    for byte in samples(SECOND):
        connection.sendall(bytes([byte]))
        time.sleep(0.1)


@pytest.mark.parametrize(
    ("speech", "code"),
    [
        pytest.param(ever(samples(SECOND)), "decoder_crashed", id="more samples than asked for"),
        pytest.param(ever(samples(b"")), "decoder_crashed", id="frames of nothing"),
        pytest.param(ever(samples(b"ab")), "decoder_crashed", id="frames of one sample"),
        pytest.param(ever(samples(b"abc")), "decoder_crashed", id="half a sample"),
        pytest.param(ever(b"\3\xff\xff\xff\xff"), "decoder_crashed", id="a frame of 4 GB"),
        pytest.param(ever(b"\x63\0\0\0\0"), "decoder_crashed", id="an unknown kind"),
        pytest.param(ever(frame(FrameKind.INFO, b"{}")), "decoder_crashed", id="two beginnings"),
        pytest.param(ever(frame(FrameKind.DONE, b"[" * 99_999)), "decoder_crashed", id="nesting"),
        pytest.param(
            ever(frame(FrameKind.ERROR, b'{"code": "rm -rf", "detail": ""}')),
            "decoder_crashed",
            id="an error of its own invention",
        ),
        pytest.param(drip, "decoder_timeout", id="a byte now and then"),
        pytest.param(ever(samples(SECOND), 2.0), "decoder_timeout", id="slower than life"),
        pytest.param(lambda c: c.sendall(GREETING + samples(SECOND)), "decoder_crashed", id="end"),
        pytest.param(lambda c: c.sendall(STARTED), "decoder_crashed", id="end before the info"),
        pytest.param(lambda c: None, "decoder_unavailable", id="end before it started"),
    ],
)
def test_what_it_says(tmp_path: Path, speech: Speech, code: str) -> None:
    started_s = time.monotonic()
    with speaking(tmp_path, 3, speech) as client, pytest.raises(MediaError) as caught:
        for block in client.decode(io.BytesIO(GOOD), 20):
            assert len(block) <= 16_000
    assert (caught.value.code, caught.value.retryable) == (code, True)
    assert time.monotonic() - started_s < 15


def test_what_a_decoder_lives_to_report_is_final(tmp_path: Path) -> None:
    told = frame(FrameKind.ERROR, b'{"code": "decoder_timeout", "detail": "Too long."}')
    with (
        speaking(tmp_path, 3, lambda c: c.sendall(STARTED + told)) as client,
        pytest.raises(MediaError, match="decoder_timeout") as caught,
    ):
        client.decode(io.BytesIO(GOOD), 20)
    assert not caught.value.retryable


def test_a_probe_that_meets_one_crash_is_tried_again(tmp_path: Path) -> None:
    """Somebody killed the decoder, and it was not the file."""

    def crash(connection: socket.socket) -> None:
        connection.sendall(STARTED)

    with speaking(tmp_path, 3, crash, lambda c: c.sendall(GREETING)) as client:
        assert client.probe(io.BytesIO(GOOD)).codec == "flac"
    (tmp_path / "twice").mkdir()
    with (
        speaking(tmp_path / "twice", 3, crash, crash) as client,
        pytest.raises(MediaError, match="twice") as caught,
    ):
        client.probe(io.BytesIO(GOOD))
    assert (caught.value.code, caught.value.retryable) == ("decoder_crashed", False)
