"""A full storage: uploads are refused with words, nothing partial stays, and it recovers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from app.context import Context
from tests.support import media
from tests.support.disks import small_disk
from tests.support.problems import assert_problem, left_behind
from tests.support.served import served

pytestmark = pytest.mark.chapter(13)

GOOD = media.speech_like_wav(1)
MIB = 1024**2


def send(client: httpx.Client, data: bytes = GOOD, path: str = "/v1/recordings") -> httpx.Response:
    return client.post(path, files={"file": ("talk.wav", data)})


@pytest.mark.parametrize("path", ["/v1/recordings", "/v1/transcriptions"])
def test_uploads_are_refused_while_the_fault_is_on_and_kept_after(
    client: TestClient, context: Context, path: str
) -> None:
    before = left_behind(context)
    assert client.put("/v1/faults/full_disk", json={}).status_code == 200
    context.faults._read_at = float("-inf")
    assert_problem(send(client, path=path), 507, "storage_full")
    assert left_behind(context) == before
    client.delete("/v1/faults/full_disk")
    context.faults._read_at = float("-inf")
    assert send(client, path=path).status_code in (201, 202)


def test_reading_and_deleting_go_on_while_the_fault_is_on(
    client: TestClient, context: Context
) -> None:
    recording = send(client).json()["id"]
    job = client.post("/v1/transcriptions", files={"recording": (None, recording)}).json()["id"]
    client.put("/v1/faults/full_disk", json={})
    context.faults._read_at = float("-inf")
    answer = client.get("/readyz")
    assert answer.json()["checks"]["storage"] == "disk nearly full"
    assert client.get(f"/v1/transcriptions/{job}/audio").content == GOOD
    assert client.delete(f"/v1/transcriptions/{job}").status_code == 204


def test_a_real_small_disk_fills_up_and_is_emptied(
    context: Context,
    headers: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Over a socket, with a file system of nine megabytes where recordings are kept."""
    # Otherwise uploads are refused before the disk is really full
    monkeypatch.setenv("LECTERN_MIN_FREE_BYTES", "0")
    with (
        small_disk(context.settings.storage_dir, 9 * MIB),
        served(context, headers, tmp_path / "temporary") as running,
        running.client as client,
    ):
        kept = fill(client)
        assert 1 <= len(kept) <= 4
        files, recordings, _ = left_behind(context)
        assert recordings == sorted(kept)
        assert len(files) == len(kept), "something partial stays"
        for _ in range(3):
            assert_problem(send_chunked(client), 507, "storage_full")
        assert left_behind(context)[0] == files
        context.storage.delete(files[0])
        assert send_chunked(client).status_code == 201


def send_chunked(client: httpx.Client) -> httpx.Response:
    """Two megabytes whose length nobody was told before."""
    edge = "x" * 20
    disposition = 'Content-Disposition: form-data; name="file"; filename="talk.wav"'
    start = f"--{edge}\r\n{disposition}\r\n\r\n".encode()
    sound = media.wav(os.urandom(2 * MIB))

    def body() -> Iterator[bytes]:
        yield start
        for at in range(0, len(sound), MIB // 4):
            yield sound[at : at + MIB // 4]
        yield f"\r\n--{edge}--\r\n".encode()

    kind = {"Content-Type": f"multipart/form-data; boundary={edge}"}
    return client.post("/v1/recordings", content=body(), headers=kind)


def fill(client: httpx.Client) -> list[str]:
    """Ids of the recordings that found room, until one did not."""
    kept = []
    while True:
        answer = send_chunked(client)
        if answer.status_code != 201:
            assert_problem(answer, 507, "storage_full")
            return kept
        kept.append(answer.json()["id"])
