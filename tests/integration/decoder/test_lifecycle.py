"""The server outlives its clients and its children, and leaves nothing behind."""

from __future__ import annotations

import io
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.media.client import DecoderClient
from app.media.errors import MediaError
from tests.support import media
from tests.support.decoding import GOOD, total
from worker.decoder.local import decoder

pytestmark = pytest.mark.usefixtures("still_alive_afterwards")


def test_closing_early_ends_the_child(client: DecoderClient) -> None:
    with client.decode(io.BytesIO(media.silent_flac(3600)), 7200) as decoding:
        next(decoding)
    assert decoding.child_pid is not None
    _wait_until(lambda: not Path(f"/proc/{decoding.child_pid}").exists())


def _wait_until(condition: Callable[[], bool], patience_s: float = 10) -> None:
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_more_files_than_children_wait_their_turn(client: DecoderClient) -> None:
    held = [client.decode(io.BytesIO(media.silent_flac(3600)), 7200) for _ in range(3)]
    found: list[int] = []
    waiting = threading.Thread(target=lambda: found.append(total(client, GOOD).samples))
    waiting.start()
    time.sleep(0.3)
    assert not found
    held[0].close()
    waiting.join(10)
    assert found == [32_000]
    for decoding in held:
        decoding.close()


def test_a_server_that_is_busy_or_absent_is_unavailable(
    client: DecoderClient, tmp_path: Path
) -> None:
    absent = DecoderClient(tmp_path / "nobody")
    with pytest.raises(MediaError, match="decoder_unavailable") as caught:
        absent.probe(io.BytesIO(GOOD))
    assert caught.value.retryable
    hasty = DecoderClient(client.socket_path, timeout_s=0.3)
    held = [client.decode(io.BytesIO(media.silent_flac(3600)), 7200) for _ in range(3)]
    with pytest.raises(MediaError, match="decoder_unavailable"):
        hasty.probe(io.BytesIO(GOOD))
    for decoding in held:
        decoding.close()


def test_a_decoder_that_falls_silent_is_given_up(client: DecoderClient) -> None:
    patient = DecoderClient(client.socket_path, timeout_s=0.5)
    with patient.decode(io.BytesIO(media.silent_flac(3600)), 7200) as decoding:
        assert decoding.child_pid is not None
        os.kill(decoding.child_pid, signal.SIGSTOP)
        with pytest.raises(MediaError, match="decoder_timeout"):
            list(decoding)
        os.kill(decoding.child_pid, signal.SIGKILL)


def test_the_server_stops_with_its_children_and_leaves_no_socket(tmp_path: Path) -> None:
    with decoder() as private:
        decoding = private.decode(io.BytesIO(media.silent_flac(3600)), 7200)
        path, pid = private.socket_path, decoding.child_pid
    _wait_until(lambda: not Path(f"/proc/{pid}").exists())
    assert not path.exists()
    with pytest.raises(MediaError, match="decoder_crashed"):
        list(decoding)
