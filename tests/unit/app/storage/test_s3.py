"""What can go wrong with a bucket and cannot with a folder."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from app.settings import Settings
from app.storage import opener
from app.storage.base import NoSpace, ObjectMissing, Storage, StorageAway, StorageRefused
from app.storage.opener import open_storage
from app.storage.s3_uploads import Credentials, Upload, signed
from tests.support.places import Place
from tests.support.s3 import S3Server

MIB = 1024**2
LARGE = os.urandom(20 * MIB)


def opened(place: Place) -> Storage:
    """Again, with what the environment says now."""
    return open_storage(Settings(home=place.home))


def failures(storage: Storage, kind: type[Exception]) -> list[str]:
    """Every way to use it, each of which fails so; returns what the log is told."""
    writer = storage.create("recordings/b")
    told = []
    for use in (
        lambda: storage.stat("recordings/a"),
        lambda: storage.open("recordings/a"),
        lambda: list(storage.read("recordings/a", 0, 3)),
        lambda: storage.local_file("recordings/a").__enter__(),
        lambda: list(storage.keys()),
        lambda: storage.delete("recordings/a"),
        lambda: writer.commit(),
        lambda: storage.half_written(),
        lambda: storage.check(),
    ):
        with pytest.raises(kind) as caught:
            use()
        told.append(str(getattr(caught.value, "why", "")))
    return told


@pytest.mark.chapter(28)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AWS_ACCESS_KEY_ID", "LECTERNSTRANGER0"),
        ("AWS_SECRET_ACCESS_KEY", "wrong"),
        ("LECTERN_STORAGE_URL", "s3://no-such-bucket/x"),
    ],
)
def test_wrong_credentials_or_bucket_are_not_taken_for_missing_objects(
    bucket: Place, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    bucket.store("recordings/a", b"data")
    monkeypatch.setenv(name, value)
    told = failures(opened(bucket), StorageRefused)
    assert not any("wrong" in why for why in told), "a secret was told"
    assert bucket.storage.size("recordings/a") == 4


@pytest.mark.chapter(13)
def test_a_server_that_is_away_is_told_and_comes_back(
    bucket: Place, s3: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opener, "RETRIES", 1)
    bucket.store("recordings/a", b"data")
    bucket.storage.check()
    storage = opened(bucket)
    s3.kill()
    try:
        started = time.monotonic()
        failures(storage, StorageAway)
        assert time.monotonic() - started < 60
    finally:
        s3.start()
    assert bucket.storage.size("recordings/a") == 4
    bucket.store("recordings/b", LARGE)
    assert sorted(bucket.storage.keys()) == ["recordings/a", "recordings/b"]


@pytest.mark.chapter(13)
def test_a_short_absence_is_not_noticed(bucket: Place, s3: S3Server) -> None:
    bucket.store("recordings/a", b"data")
    s3.kill()
    back = threading.Timer(0.2, s3.start)
    back.start()
    assert bucket.storage.size("recordings/a") == 4
    back.join()


@pytest.mark.chapter(13)
def test_a_server_that_dies_during_a_write_keeps_nothing_of_it(bucket: Place, s3: S3Server) -> None:
    writer = bucket.storage.create("recordings/a")
    writer.write(LARGE)
    s3.kill()
    s3.start()
    with pytest.raises(StorageAway):
        writer.write(LARGE)
        writer.write(LARGE)
        writer.commit()
    assert list(bucket.storage.keys()) == []
    assert bucket.unfinished() == 0


@pytest.mark.chapter(13)
def test_a_server_that_says_nothing_is_given_up(
    bucket: Place, s3: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.store("recordings/a", b"data")
    monkeypatch.setattr(opener, "REQUEST_S", 1.0)
    monkeypatch.setattr(opener, "RETRY_S", 2.0)
    impatient = opened(bucket)
    s3.send(signal.SIGSTOP)
    try:
        started = time.monotonic()
        with pytest.raises(StorageAway):
            impatient.size("recordings/a")
        with pytest.raises(StorageAway):
            impatient.check()
        assert time.monotonic() - started < 10
    finally:
        s3.send(signal.SIGCONT)
    assert impatient.size("recordings/a") == 4


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (507, "InsufficientStorage", NoSpace),
        (500, "XMinioStorageFull", NoSpace),
        (403, "QuotaExceeded", NoSpace),
        (403, "AccessDenied", StorageRefused),
        (404, "NoSuchKey", ObjectMissing),
        (404, "NoSuchBucket", StorageRefused),
        (501, "NotImplemented", StorageRefused),
        (500, "InternalError", StorageAway),
        (503, "SlowDown", StorageAway),
    ],
)
def test_what_a_server_answers(
    bucket: Place,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    code: str,
    kind: type[Exception],
) -> None:
    monkeypatch.setattr(opener, "RETRIES", 1)
    with answering(status, f"<Error><Code>{code}</Code></Error>") as address:
        monkeypatch.setenv("LECTERN_S3_ENDPOINT", address)
        storage = opened(bucket)
        with pytest.raises(kind) as caught:
            list(storage.read("recordings/a", 0, 3))
        assert type(caught.value) is kind
        if kind is not ObjectMissing:
            writer = storage.create("recordings/a")
            with pytest.raises(kind):
                writer.commit()


@contextmanager
def answering(status: int, body: str) -> Iterator[str]:
    """A server with one answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        do_PUT = do_POST = do_DELETE = do_GET

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_pages_of_unfinished_uploads(bucket: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (
        "<ListMultipartUploadsResult xmlns='http://s3.amazonaws.com/doc/2006-03-01/'>"
        "<Upload><Key>p/recordings/a</Key><UploadId>u</UploadId>"
        "<Initiated>2026-01-02T03:04:05.000Z</Initiated></Upload>"
        "<IsTruncated>{more}</IsTruncated><NextKeyMarker>p/recordings/a</NextKeyMarker>"
        "</ListMultipartUploadsResult>"
    )
    begun_s = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).timestamp()
    with answering(200, page.format(more="false")) as address:
        monkeypatch.setenv("LECTERN_S3_ENDPOINT", address)
        found = list(opened(bucket)._uploads.below())  # type: ignore[attr-defined]
    assert found == [Upload("p/recordings/a", "u", begun_s)]


def test_requests_are_signed_as_in_amazons_example() -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, GET Bucket."""
    example = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    url = "https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J"
    at = datetime(2013, 5, 24, tzinfo=UTC)
    headers = signed("GET", url, "us-east-1", example, at)
    expected = "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
    assert headers["authorization"].endswith(f"Signature={expected}")


@pytest.mark.chapter(28)
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"storage_url": "gs://bucket"}, "s3://bucket"),
        ({"storage_url": "s3://bucket/../other"}, "s3://bucket"),
        ({"s3_endpoint": "minio:9000"}, "https://host"),
        ({"s3_endpoint": "http://minio:9000"}, "unencrypted"),
    ],
)
def test_settings_that_cannot_be_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: dict[str, str], said: str
) -> None:
    for name in ("STORAGE_URL", "S3_ENDPOINT", "S3_ALLOW_HTTP"):
        monkeypatch.delenv(f"LECTERN_{name}", raising=False)
    with pytest.raises(ValueError, match=said):
        Settings(home=tmp_path, **given)  # type: ignore[arg-type]
