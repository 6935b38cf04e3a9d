"""Playing from any place, over a folder and over a bucket: Range as RFC 9110 has it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from app.context import Context
from app.local.token import read_or_make
from app.main import create_app
from app.recordings.tables import Recording
from tests.support import media
from tests.support.problems import assert_problem
from tests.support.rows import Rows, new_context
from tests.support.s3 import S3Server, s3_server, set_environment

GOOD = media.speech_like_wav(2)
SIZE = len(GOOD)


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture(params=["folder", "bucket"])
def stored(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Context]:
    if request.param == "bucket":
        server: S3Server = request.getfixturevalue("s3")
        set_environment(monkeypatch, server.environment(uuid4().hex))
    opened = new_context(tmp_path / "home")
    yield opened
    opened.database.dispose()


@pytest.fixture
def address(stored: Context) -> str:
    rows = Rows(stored)
    job = rows.submit()
    [recording] = rows.all(Recording)
    stored.storage.delete(recording.storage_key)
    writer = stored.storage.create(recording.storage_key)
    writer.write(GOOD)
    writer.commit()
    return f"/v1/transcriptions/{job}/audio"


@pytest.fixture
def client(stored: Context) -> Iterator[TestClient]:
    headers = {"Authorization": f"Bearer {read_or_make(stored.settings.token_path)}"}
    app = create_app(stored.settings, stored)
    with TestClient(app, "http://127.0.0.1", headers=headers) as opened:
        yield opened


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("0-0", 0, 1),
        ("0-99", 0, 100),
        ("1000-", 1000, SIZE),
        ("-50", SIZE - 50, SIZE),
        (f"-{SIZE + 5}", 0, SIZE),
        (f"10-{SIZE + 5}", 10, SIZE),
        (f"{SIZE - 1}-{SIZE - 1}", SIZE - 1, SIZE),
    ],
)
def test_a_part(client: TestClient, address: str, asked: str, start: int, end: int) -> None:
    answer = client.get(address, headers={"Range": f"bytes={asked}"})
    assert (answer.status_code, answer.content) == (206, GOOD[start:end])
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert answer.headers["content-length"] == str(end - start)
    assert answer.headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize("asked", [f"{SIZE}-", f"{SIZE}-{SIZE + 9}", "-0"])
def test_no_part(client: TestClient, address: str, asked: str) -> None:
    answer = client.get(address, headers={"Range": f"bytes={asked}"})
    assert_problem(answer, 416, "range_not_satisfiable")
    assert answer.headers["content-range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize(
    "asked", ["bytes=9-3", "bytes=-", "bytes=a-b", "words=0-3", "bytes=0-1,5-6"]
)
def test_what_is_no_single_range_is_answered_with_all(
    client: TestClient, address: str, asked: str
) -> None:
    answer = client.get(address, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (200, GOOD)


def test_only_the_head(client: TestClient, address: str) -> None:
    whole = client.get(address)
    head = client.head(address)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "content-type", "etag", "last-modified", "accept-ranges"):
        assert head.headers[name] == whole.headers[name]
    assert head.headers["content-length"] == str(SIZE)
    part = client.head(address, headers={"Range": "bytes=0-99"})
    assert (part.status_code, part.headers["content-length"]) == (206, "100")


def test_a_part_only_of_what_was_known(client: TestClient, address: str) -> None:
    etag, modified = (client.head(address).headers[name] for name in ("etag", "last-modified"))
    for known, status in [(etag, 206), (modified, 206), ('"other"', 200), (f"W/{etag}", 200)]:
        headers = {"Range": "bytes=0-99", "If-Range": known}
        assert client.get(address, headers=headers).status_code == status
    again = client.get(address, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.chapter(13)
def test_a_storage_that_is_away_is_told_and_nothing_is_lost(
    stored: Context, client: TestClient, address: str, request: pytest.FixtureRequest
) -> None:
    if not stored.settings.storage_url:
        pytest.skip("a folder is where this process is")
    server: S3Server = request.getfixturevalue("s3")
    server.kill()
    try:
        answer = client.get(address)
        body = assert_problem(answer, 503, "storage_away")
        assert int(answer.headers["retry-after"]) > 0
        assert "127.0.0.1" not in body["detail"]
    finally:
        server.start()
    assert client.get(address).content == GOOD


@pytest.mark.chapter(12)
def test_a_part_is_not_the_whole_object_in_memory(
    stored: Context, client: TestClient, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, int]] = []
    kind = type(stored.storage)
    reading = kind.read

    def watched(self, key, start, end):  # type: ignore[no-untyped-def]
        asked.append((start, end))
        return reading(self, key, start, end)

    monkeypatch.setattr(kind, "read", watched)
    client.get(address, headers={"Range": "bytes=100-199"})
    assert asked == [(100, 200)]
