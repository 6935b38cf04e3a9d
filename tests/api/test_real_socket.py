"""Uploads over a real socket: cut off in the middle, larger than memory, several at once."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator

import psutil
import pytest

from app.context import Context
from app.recordings.tables import Recording
from app.storage.local import LocalStorage
from tests.support import media
from tests.support.problems import assert_problem, left_behind
from tests.support.rows import Rows
from tests.support.served import Served

BOUNDARY = "x" * 20
MIB = 1024**2


def head(running: Served, path: str, length: int) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {length}"]
    lines += [f"{name}: {value}" for name, value in running.headers.items()]
    lines += [f"Content-Type: multipart/form-data; boundary={BOUNDARY}", "", ""]
    part = [
        "--" + BOUNDARY,
        'Content-Disposition: form-data; name="file"; filename="a.wav"',
        "",
        "",
    ]
    return "\r\n".join(lines + part).encode()


def unfinished(context: Context) -> list[int]:
    assert isinstance(context.storage, LocalStorage)
    return [path.stat().st_size for path in context.storage.unfinished.iterdir()]


def until(condition, patience_s: float = 20) -> None:  # type: ignore[no-untyped-def]
    end = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


@pytest.mark.chapter(16)
@pytest.mark.parametrize("path", ["/v1/transcriptions", "/v1/recordings"])
def test_an_upload_cut_off_in_the_middle_leaves_nothing(
    socket_api: Served, context: Context, path: str
) -> None:
    rows = Rows(context)
    kept = [rows.in_state("running"), rows.submit()]
    before = left_behind(context)
    with socket_api.connect() as connection:
        connection.sendall(head(socket_api, path, 20 * MIB))
        connection.sendall(media.wav(bytes(3 * MIB), declared_bytes=20 * MIB))
        until(lambda: sum(unfinished(context)) > 2 * MIB)
    until(lambda: not unfinished(context))
    assert left_behind(context) == before
    assert [rows.job(job).status for job in kept] == ["running", "queued"]
    with socket_api.client as client:
        files = {"file": ("a.wav", media.speech_like_wav(1))}
        assert client.post("/v1/recordings", files=files).status_code == 201


@pytest.mark.chapter(16)
def test_a_file_declared_too_large_is_refused_before_it_is_sent(
    socket_api: Served, context: Context
) -> None:
    with socket_api.connect() as connection:
        connection.sendall(head(socket_api, "/v1/transcriptions", 5 * 1024**3))
        assert b" 413 " in connection.recv(64)
    assert left_behind(context) == ([], [], [])


@pytest.mark.chapter(12)
def test_a_large_upload_is_neither_held_in_memory_nor_spooled(
    socket_api: Served, context: Context
) -> None:
    size = 300 * MIB
    digest = hashlib.sha256()
    process = psutil.Process(socket_api.pid)
    peaks, spooled = [], []
    edge = f"--{BOUNDARY}"

    def body() -> Iterator[bytes]:
        start = media.wav(b"", declared_bytes=size)
        digest.update(start)
        disposition = 'Content-Disposition: form-data; name="file"; filename="a.wav"'
        yield f"{edge}\r\n{disposition}\r\n\r\n".encode() + start
        block = bytes(MIB)
        for _ in range(size // MIB):
            digest.update(block)
            yield block
            peaks.append(process.memory_info().rss)
            spooled.extend(socket_api.temporary.iterdir())
        yield f"\r\n{edge}--\r\n".encode()

    with socket_api.client as client:
        small = {"file": ("a.wav", media.speech_like_wav(1))}
        assert client.post("/v1/recordings", files=small).status_code == 201
        before = process.memory_info().rss
        kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        answer = client.post("/v1/recordings", content=body(), headers=kind)
    assert answer.status_code == 201, answer.text
    assert answer.json()["size_bytes"] == size + 44
    assert answer.json()["sha256"] == digest.hexdigest()
    assert max(peaks) - before < 50 * MIB
    assert spooled == []
    stored = max(Rows(context).all(Recording), key=lambda recording: recording.size_bytes)
    assert context.storage.size(stored.storage_key) == size + 44


def test_other_requests_are_answered_while_an_upload_goes_on(socket_api: Served) -> None:
    with socket_api.connect() as connection, socket_api.client as client:
        connection.sendall(head(socket_api, "/v1/recordings", 20 * MIB))
        connection.sendall(media.wav(bytes(MIB), declared_bytes=20 * MIB))
        assert client.get("/healthz", timeout=5).status_code == 200
        assert_problem(client.get("/v1/transcriptions/tr_none"), 404, "transcription_not_found")
