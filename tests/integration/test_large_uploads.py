"""Large files over real sockets and processes: killed, cut off, many at once, memory bounded."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from app.settings import Settings
from tests.support.cutting import cutting
from tests.support.killable import (
    CHECKOUT,
    Api,
    multipart,
    pieces,
    send_rest,
    wait_for,
    watched,
)
from tests.support.large import MIB, sparse_wav
from tests.support.rows import new_context
from tests.support.tus import Tus, sha256_header

GIB = 1024**3


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    home = tmp_path / "home"
    new_context(home).database.dispose()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    address = Settings(home=home).decoder_socket
    address.parent.mkdir(parents=True, exist_ok=True)
    decoder = subprocess.Popen(
        [sys.executable, "-m", "worker.decoder", "--socket", str(address)], cwd=CHECKOUT
    )
    running = Api(home, port)
    try:
        running.start()
        wait_for(address.exists)
        yield running
        running.kill()
    finally:
        decoder.terminate()
        decoder.wait(10)


def warm_up(api: Api, tmp_path: Path) -> None:
    """What a first upload loads and keeps is not what a large one costs."""
    small = tmp_path / "small.wav"
    sparse_wav(small, 3 * MIB)
    with api.client() as client:
        tus = Tus(client)
        send_rest(tus, tus.begin(3 * MIB), small)
        kind, body = multipart(small)
        assert client.post("/v1/recordings", content=body, headers=kind).status_code == 201


@pytest.mark.chapter(13)
def test_an_api_killed_in_the_middle_of_a_part_loses_nothing(api: Api, tmp_path: Path) -> None:
    size, path = 80 * MIB, tmp_path / "talk.wav"
    digest = sparse_wav(path, size)
    with api.client() as client:
        address = Tus(client).begin(size)
        for _ in range(2):

            def killed_on_the_way(start: int) -> Iterator[bytes]:
                sent = 0
                for piece in pieces(path, start, size):
                    yield piece
                    sent += len(piece)
                    if sent >= 25 * MIB:
                        api.kill()

            offset = Tus(client).offset(address)
            with pytest.raises(httpx.TransportError):
                length = {"Content_Length": str(size - offset)}
                Tus(client).send(address, offset, killed_on_the_way(offset), **length)
            api.start()
            # Of a part of any length the last flushed 16 MB at most are sent again
            assert offset + 25 * MIB >= Tus(client).offset(address) >= offset + 9 * MIB
        send_rest(Tus(client), address, path)
        assert Tus(client).read(address)["recording"]["sha256"] == digest


@pytest.mark.chapter(13)
def test_a_line_that_breaks_off_keeps_what_arrived(api: Api, tmp_path: Path) -> None:
    size, path = 40 * MIB, tmp_path / "talk.wav"
    digest = sparse_wav(path, size)
    with cutting(api.port, cut_after=9 * MIB) as line, api.client(line.port) as client:
        tus = Tus(client)
        address, offsets = tus.begin(size), [0]
        while offsets[-1] < size:
            try:
                length = {"Content_Length": str(size - offsets[-1])}
                tus.send(address, offsets[-1], pieces(path, offsets[-1], size), **length)
            except httpx.TransportError:
                pass
            offsets.append(_free(tus, address))
        assert line.cuts >= 4
        assert all(after > before for before, after in pairwise(offsets))
        assert tus.read(address)["recording"]["sha256"] == digest


def _free(tus: Tus, address: str, patience_s: float = 20) -> int:
    """The offset, once the API has noticed that the connection is gone."""
    until = time.monotonic() + patience_s
    known = -1
    while time.monotonic() < until:
        offset = tus.offset(address)
        if offset == known:
            return offset
        known = offset
        time.sleep(0.3)
    raise AssertionError("the offset does not come to rest")


def test_a_part_with_a_checksum_that_breaks_off_does_not_count(api: Api, tmp_path: Path) -> None:
    size, path = 8 * MIB, tmp_path / "talk.wav"
    digest = sparse_wav(path, size)
    data = path.read_bytes()
    with cutting(api.port, cut_after=5 * MIB) as line, api.client(line.port) as client:
        tus = Tus(client)
        address = tus.begin(size)
        with pytest.raises(httpx.TransportError):
            tus.send(address, 0, data, **sha256_header(data))
        assert _free(tus, address) == 0
        line.cut_after = None
        assert tus.send(address, 0, data, **sha256_header(data)).status_code == 204
        assert tus.read(address)["recording"]["sha256"] == digest


@pytest.mark.chapter(13)
def test_the_fault_lost_network_is_survived(api: Api, tmp_path: Path) -> None:
    size, path = 12 * MIB, tmp_path / "talk.wav"
    digest = sparse_wav(path, size)
    with api.client() as client:
        switched = {"minutes": 5, "parameters": {"megabytes": 2}}
        assert client.put("/v1/faults/lost_network", json=switched).status_code == 200
        tus, cuts = Tus(client), 0
        address = tus.begin(size)
        while (offset := tus.offset(address)) < size:
            length = {"Content_Length": str(size - offset)}
            try:
                tus.send(address, offset, pieces(path, offset, size), **length)
            except httpx.TransportError:
                cuts += 1
                assert tus.offset(address) == offset + 2 * MIB
        assert cuts == 5
        assert tus.read(address)["recording"]["sha256"] == digest


def lectern(api: Api, port: int, path: Path) -> subprocess.Popen[bytes]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("LECTERN_")}
    where = {"LECTERN_HOME": str(api.home), "LECTERN_API_URL": f"http://127.0.0.1:{port}"}
    return subprocess.Popen(
        [sys.executable, "-m", "ui.cli", "transcribe", str(path)],
        cwd=CHECKOUT,
        env=inherited | where,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.chapter(13)
def test_the_command_goes_on_by_itself_and_when_it_is_run_again(api: Api, tmp_path: Path) -> None:
    size, path = 120 * MIB, tmp_path / "talk.wav"
    digest = sparse_wav(path, size)
    with cutting(api.port, bytes_s=30e6) as line, api.client() as client:
        tus = Tus(client)

        def received() -> int:
            return sum(upload["received_bytes"] for upload in tus.unfinished())

        command = lectern(api, line.port, path)
        wait_for(lambda: received() > 20 * MIB)
        command.kill()
        command.wait(10)
        (upload,) = tus.unfinished()
        before = _free(tus, f"/v1/uploads/{upload['id']}")
        command = lectern(api, line.port, path)
        wait_for(lambda: received() > before)
        line.lose()
        assert received() < size
        time.sleep(1.5)
        line.mend()
        wait_for(lambda: bool(client.get("/v1/transcriptions").json()["items"]), 60)
        command.kill()
        command.wait(10)
        assert tus.read(f"/v1/uploads/{upload['id']}")["recording"]["sha256"] == digest


def test_two_at_one_upload_do_not_mix(api: Api, tmp_path: Path) -> None:
    size, path = 30 * MIB, tmp_path / "talk.wav"
    digest = sparse_wav(path, size)
    with api.client() as client, api.client() as other:
        address = Tus(client).begin(size)
        half, go_on = threading.Event(), threading.Event()

        def slowly() -> Iterator[bytes]:
            for number, piece in enumerate(pieces(path, 0, size)):
                yield piece
                if number == 40:
                    half.set()
                    assert go_on.wait(20)

        with ThreadPoolExecutor(1) as pool:
            length = {"Content_Length": str(size)}
            first = pool.submit(Tus(client).send, address, 0, slowly(), **length)
            assert half.wait(20)
            refused = Tus(other).send(address, 0, b"x" * 1000)
            assert refused.status_code == 423
            begun = time.monotonic()
            assert other.get("/healthz").status_code == 200
            assert time.monotonic() - begun < 0.5
            go_on.set()
            assert first.result(60).status_code == 204
        assert Tus(other).read(address)["recording"]["sha256"] == digest


@pytest.mark.slow
@pytest.mark.chapter(12)
@pytest.mark.parametrize("how", ["in parts", "in one request"])
def test_two_gigabytes_cost_no_memory(api: Api, tmp_path: Path, how: str) -> None:
    _grows_by_less_than_50_mb(api, tmp_path, how, 2 * GIB)


@pytest.mark.chapter(12)
@pytest.mark.parametrize("how", ["in parts", "in one request"])
def test_memory_does_not_grow_with_the_file(api: Api, tmp_path: Path, how: str) -> None:
    _grows_by_less_than_50_mb(api, tmp_path, how, 256 * MIB)


def _grows_by_less_than_50_mb(api: Api, tmp_path: Path, how: str, size: int) -> None:
    warm_up(api, tmp_path)
    path = tmp_path / "large.wav"
    digest = sparse_wav(path, size)
    begun = time.monotonic()
    with api.client() as client, watched(api) as seen:
        if how == "in parts":
            tus = Tus(client)
            address = tus.begin(size)
            send_rest(tus, address, path, part=size // 2)
            recording = tus.read(address)["recording"]
        else:
            kind, body = multipart(path)
            answer = client.post("/v1/recordings", content=body, headers=kind)
            assert answer.status_code == 201, answer.text
            recording = answer.json()
    took = time.monotonic() - begun
    print(
        f"\n{size / 1e6:.0f} MB {how}: {took:.1f} s, memory +{seen.grown_mb:.1f} MB,"
        f" slowest healthz {seen.slowest_s:.3f} s"
    )
    assert recording["sha256"] == digest
    assert recording["size_bytes"] == size
    assert seen.grown_mb < 50
    assert seen.slowest_s < 0.5


@pytest.mark.slow
@pytest.mark.chapter(12)
def test_ten_uploads_at_once_stay_bounded(api: Api, tmp_path: Path) -> None:
    _together(api, tmp_path, count=10, size=200 * MIB)


@pytest.mark.chapter(12)
def test_several_uploads_at_once_stay_bounded(api: Api, tmp_path: Path) -> None:
    _together(api, tmp_path, count=10, size=20 * MIB)


def _together(api: Api, tmp_path: Path, count: int, size: int) -> None:
    """Bound: 8 MB for each, whatever its size: a batch, its copy, and the socket's buffers."""
    warm_up(api, tmp_path)
    path = tmp_path / "large.wav"
    digest = sparse_wav(path, size)

    def one(number: int) -> str:
        with api.client() as client:
            tus = Tus(client)
            address = tus.begin(size, f"{number}.wav")
            send_rest(tus, address, path)
            return str(tus.read(address)["recording"]["sha256"])

    begun = time.monotonic()
    with watched(api) as seen, ThreadPoolExecutor(count) as pool:
        digests = list(pool.map(one, range(count)))
    print(
        f"\n{count} x {size / 1e6:.0f} MB: {time.monotonic() - begun:.1f} s, memory"
        f" +{seen.grown_mb:.1f} MB, slowest healthz {seen.slowest_s:.3f} s"
    )
    assert set(digests) == {digest}
    assert seen.grown_mb < 8 * count
    assert seen.slowest_s < 0.5
