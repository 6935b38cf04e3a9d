"""The server outlives its clients and its children, and leaves nothing behind."""

from __future__ import annotations

import io
import os
import resource
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from app.media import decoding as decoding_module
from app.media.client import DecoderClient, Decoding
from app.media.errors import MediaError
from app.media.protocol import (
    FrameKind,
    PlantedFault,
    Request,
    load_json,
    probe_socket,
    receive_frame,
    send_request,
)
from tests.support import media
from tests.support.decoding import AS_NOBODY, GOOD, running, total, wait_until
from worker.decoder.local import decoder

pytestmark = pytest.mark.usefixtures("still_alive_afterwards")


def test_closing_early_ends_the_child(client: DecoderClient) -> None:
    with client.decode(io.BytesIO(media.silent_flac(3600)), 7200) as decoding:
        next(decoding)
    assert decoding.child_pid is not None
    wait_until(lambda: not Path(f"/proc/{decoding.child_pid}").exists())


@pytest.mark.chapter(7)
def test_a_recording_is_not_blamed_for_a_decoder_that_was_told_to_stop() -> None:
    with decoder(max_children=2) as private:
        decoding = private.decode(io.BytesIO(media.silent_flac(3600)), 7200)
        next(decoding)
        assert decoding.child_pid is not None
        server = psutil.Process(decoding.child_pid).parent()
        assert server is not None
        server.terminate()
        with pytest.raises(MediaError, match="decoder_unavailable") as caught:
            list(decoding)
        assert caught.value.retryable


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
        total(hasty, GOOD)
    for decoding in held:
        decoding.close()


def test_the_server_stops_with_its_children_and_leaves_no_socket(tmp_path: Path) -> None:
    with decoder() as private:
        decoding = private.decode(io.BytesIO(media.silent_flac(3600)), 7200)
        path, pid = private.socket_path, decoding.child_pid
    wait_until(lambda: not Path(f"/proc/{pid}").exists())
    assert not path.exists()
    with pytest.raises(MediaError, match="decoder_unavailable"):
        list(decoding)


@contextmanager
def held(client: DecoderClient, count: int) -> Iterator[list[Decoding]]:
    """Jobs that take a decoder each and do not read on."""
    taken = [client.decode(io.BytesIO(media.silent_flac(3600)), 7200) for _ in range(count)]
    try:
        yield taken
    finally:
        for decoding in taken:
            decoding.close()


@pytest.mark.chapter(28)
def test_uploads_are_looked_into_however_many_jobs_are_stuck(client: DecoderClient) -> None:
    hasty = DecoderClient(client.socket_path, timeout_s=5)
    with held(client, 3):
        assert hasty.probe(io.BytesIO(GOOD)).duration_s == 2


@pytest.mark.chapter(28)
def test_a_job_that_nobody_reads_makes_room_when_others_wait(tmp_path: Path) -> None:
    options = ("--max-children", "2", "--stalled-s", "1")
    with running(tmp_path, *options) as server, held(server.client, 2) as stuck:
        time.sleep(3)
        assert len(server.children) == 2  # nobody waits
        assert total(server.client, GOOD).samples == 32_000
        with pytest.raises(MediaError, match="decoder_crashed") as caught:
            for decoding in stuck:
                list(decoding)
        assert caught.value.retryable


@pytest.mark.chapter(28)
def test_a_job_whose_reader_was_away_is_told_so(
    client: DecoderClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding_module, "_AWAY_S", 0.5)
    with held(client, 1) as (decoding,):
        next(decoding)
        time.sleep(0.6)
        assert decoding.child_pid is not None
        os.kill(decoding.child_pid, signal.SIGKILL)
        with pytest.raises(MediaError, match="decoder_timeout") as caught:
            list(decoding)
    assert caught.value.retryable


@pytest.mark.chapter(28)
@pytest.mark.parametrize("kind", ["hang", "stop"])
def test_a_child_that_hangs_ends_when_its_client_gives_up(client: DecoderClient, kind: str) -> None:
    """Neither sleeping nor stopped does a process use up its processor time."""
    impatient = DecoderClient(client.socket_path, timeout_s=0.5)
    fault = PlantedFault("hang", 1.0) if kind == "hang" else None
    file = io.BytesIO(media.silent_flac(3600))
    with impatient.decode(file, 7200, fault=fault) as decoding:
        assert decoding.child_pid is not None
        if kind == "stop":
            os.kill(decoding.child_pid, signal.SIGSTOP)
        with pytest.raises(MediaError, match="decoder_timeout"):
            list(decoding)
        wait_until(lambda: not Path(f"/proc/{decoding.child_pid}").exists())


def test_no_child_stays_a_zombie(tmp_path: Path) -> None:
    with running(tmp_path, "--max-children", "3") as server:
        crowd = [threading.Thread(target=total, args=(server.client, GOOD)) for _ in range(24)]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
        wait_until(lambda: not server.children)
        assert psutil.Process(server.process.pid).num_fds() < 20


@pytest.mark.chapter(28)
def test_a_server_without_descriptors_waits_for_them_and_lives(tmp_path: Path) -> None:
    with running(tmp_path, "--max-children", "30") as server:
        used = psutil.Process(server.process.pid).num_fds()
        limit = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (used + 2, limit[1]))
        with held(server.client, 2):
            hasty = DecoderClient(server.client.socket_path, timeout_s=0.5)
            spent_s = server.processor_s()
            for _ in range(4):
                with pytest.raises(MediaError, match="decoder_unavailable") as caught:
                    total(hasty, GOOD)
                assert caught.value.retryable
            assert server.processor_s() - spent_s < 0.5  # it waits, it does not ask all the time
        assert total(server.client, GOOD).samples == 32_000


@pytest.mark.chapter(28)
def test_a_server_that_may_not_fork_says_so_and_lives(tmp_path: Path) -> None:
    def refused() -> bool:
        try:
            return total(server.client, GOOD).samples != 32_000
        except MediaError as error:
            return (error.code, error.retryable) == ("decoder_unavailable", True)

    with running(tmp_path, script=AS_NOBODY) as server:
        assert not refused()
        server.process.send_signal(signal.SIGUSR1)
        wait_until(refused)
        assert [refused(), refused(), refused()] == [True] * 3
        server.process.send_signal(signal.SIGUSR2)
        wait_until(lambda: not refused())
        assert not refused()


@pytest.mark.chapter(28)
def test_a_server_that_is_killed_leaves_no_child_and_no_verdict_on_the_file(
    tmp_path: Path,
) -> None:
    with running(tmp_path) as server, held(server.client, 1) as (decoding,):
        next(decoding)
        server.process.kill()
        with pytest.raises(MediaError, match="decoder_unavailable") as caught:
            list(decoding)
        assert caught.value.retryable
        wait_until(lambda: not Path(f"/proc/{decoding.child_pid}").exists())
        with pytest.raises(MediaError, match="decoder_unavailable"):
            server.client.probe(io.BytesIO(GOOD))
        with running(tmp_path) as next_one:  # over the dead one's sockets
            assert total(next_one.client, GOOD).samples == 32_000


def test_each_door_answers_one_question_only(client: DecoderClient) -> None:
    for door, op in ((client.socket_path, "probe"), (probe_socket(client.socket_path), "decode")):
        with socket.socket(socket.AF_UNIX) as sock, tempfile.TemporaryFile() as file:
            sock.settimeout(20)
            sock.connect(str(door))
            send_request(sock, Request(op, "wav", 16_000), file.fileno())
            assert receive_frame(sock)[0] is FrameKind.STARTED
            kind, payload = receive_frame(sock)
        assert kind is FrameKind.ERROR
        assert load_json(payload)["code"] == "decoder_crashed"
