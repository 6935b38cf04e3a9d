"""The command sends a large file in parts: over a bad line, after an end, and only what it is."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from ui.cli import api, resume
from ui.cli.api import CommandClient
from ui.client import ApiError
from ui.settings import Settings

SIZE = 3_000_000


class FakeUploads:
    """The API's side of the protocol, as far as the command uses it."""

    def __init__(self) -> None:
        self.uploads: dict[str, dict[str, Any]] = {}
        self.deleted: list[str] = []
        self.parts: list[int] = []
        self.breaks: Callable[[httpx.Request, bytes], httpx.Response | None] = lambda *_: None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        broken = self.breaks(request, body)
        if broken is not None:
            return broken
        path = request.url.path
        if path.startswith("/v1/recordings/"):
            self.deleted.append(path.rsplit("/", 1)[1])
            return httpx.Response(204)
        if path == "/v1/uploads":
            return self._create(request) if request.method == "POST" else self._list(request)
        upload = self.uploads.get(path.rsplit("/", 1)[1])
        if upload is None:
            return httpx.Response(404, json={"code": "upload_not_found", "detail": "None."})
        if request.method == "PATCH":
            return self._take(upload, request, body)
        if request.method == "HEAD":
            return httpx.Response(200, headers={"Upload-Offset": str(len(upload["data"]))})
        return httpx.Response(200, json=self._told(upload))

    def _create(self, request: httpx.Request) -> httpx.Response:
        pairs = (pair.split(" ") for pair in request.headers["upload-metadata"].split(","))
        told = {name: base64.b64decode(value).decode() for name, value in pairs}
        key = f"up_{len(self.uploads)}"
        size = int(request.headers["upload-length"])
        self.uploads[key] = {"id": key, "size": size, "data": b"", **told}
        return httpx.Response(201, headers={"Location": f"/v1/uploads/{key}"})

    def _list(self, request: httpx.Request) -> httpx.Response:
        mark = request.url.params["fingerprint"]
        found = [self._told(u) for u in self.uploads.values() if u["fingerprint"] == mark]
        return httpx.Response(200, json={"items": found})

    def _take(self, upload: dict[str, Any], request: httpx.Request, body: bytes) -> httpx.Response:
        assert int(request.headers["upload-offset"]) == len(upload["data"])
        algorithm, digest = request.headers["upload-checksum"].split()
        assert algorithm == "sha256"
        assert base64.b64decode(digest) == hashlib.sha256(body).digest()
        upload["data"] += body
        self.parts.append(len(body))
        return httpx.Response(204, headers={"Upload-Offset": str(len(upload["data"]))})

    def _told(self, upload: dict[str, Any]) -> dict[str, Any]:
        data = upload["data"]
        recording = {
            "id": "rec_1",
            "name": upload["filename"],
            "container": "wav",
            "size_bytes": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "duration_s": 1.0,
        }
        whole = len(data) == upload["size"]
        return {
            "id": upload["id"],
            "size_bytes": upload["size"],
            "received_bytes": len(data),
            "state": "ready" if whole else "receiving",
            "recording": recording if whole else None,
            "problem": upload.get("problem"),
        }


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeUploads:
    product = FakeUploads()
    monkeypatch.setattr(api, "transport", httpx.MockTransport(product))
    monkeypatch.setattr(resume, "_PAUSE_S", 0.001)
    monkeypatch.setattr(resume, "_LONGEST_PAUSE_S", 0.01)
    monkeypatch.setattr(resume, "LARGEST_PART", 1_000_000)
    monkeypatch.setattr(resume, "SMALLEST_PART", 100_000)
    return product


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    path = tmp_path / "talk.wav"
    path.write_bytes(bytes(n % 251 for n in range(SIZE)))
    return path


class Told:
    def __init__(self) -> None:
        self.sent: list[int] = []
        self.pauses: list[int] = []
        self.stop_at: int | None = None

    def tell(self, position: int) -> None:
        self.sent.append(position)
        if self.stop_at is not None and position >= self.stop_at:
            raise KeyboardInterrupt


def sending(path: Path, told: Told | None = None) -> resume.Sending:
    told = told or Told()
    client = CommandClient(Settings(home=path.parent, api_url="http://127.0.0.1:1"))
    return resume.Sending(client, path, path.name, told.tell, told.pauses.append)


def test_a_file_goes_in_parts_and_its_progress_is_told(fake: FakeUploads, talk: Path) -> None:
    told = Told()
    recording = sending(talk, told).run()
    assert recording.id == "rec_1"
    assert fake.uploads["up_0"]["data"] == talk.read_bytes()
    assert fake.parts == [1_000_000] * 3
    assert told.sent == sorted(told.sent)
    assert told.sent[-1] == SIZE
    assert told.pauses == []


@pytest.mark.chapter(13)
def test_the_same_command_goes_on_where_it_was_ended(fake: FakeUploads, talk: Path) -> None:
    told = Told()
    told.stop_at = 1_500_000
    first = sending(talk, told)
    with pytest.raises(KeyboardInterrupt):
        first.run()
    assert first.offset == len(fake.uploads["up_0"]["data"]) == 1_000_000
    again = Told()
    assert sending(talk, again).run().id == "rec_1"
    assert again.sent[0] == 1_000_000
    assert list(fake.uploads) == ["up_0"]
    assert fake.uploads["up_0"]["data"] == talk.read_bytes()


def test_another_file_of_that_name_starts_anew(fake: FakeUploads, talk: Path) -> None:
    told = Told()
    told.stop_at = 1_500_000
    with pytest.raises(KeyboardInterrupt):
        sending(talk, told).run()
    talk.write_bytes(b"another beginning" + bytes(SIZE - 17))
    sending(talk).run()
    assert list(fake.uploads) == ["up_0", "up_1"]
    assert fake.uploads["up_1"]["data"] == talk.read_bytes()


@pytest.mark.chapter(13)
@pytest.mark.parametrize("status", [0, 408, 409, 423, 460, 502, 503])
def test_what_goes_wrong_on_the_way_is_tried_again(
    fake: FakeUploads, talk: Path, status: int
) -> None:
    seen = {"PATCH": 0, "HEAD": 0, "POST": 0, "GET": 0}

    def breaks(request: httpx.Request, body: bytes) -> httpx.Response | None:
        seen[request.method] += 1
        if seen[request.method] in (1, 3):
            if not status:
                raise httpx.ReadError("connection reset")
            return httpx.Response(status, json={"code": "x", "detail": "Not now."})
        return None

    fake.breaks = breaks
    told = Told()
    assert sending(talk, told).run().id == "rec_1"
    assert fake.uploads["up_0"]["data"] == talk.read_bytes()
    assert list(fake.uploads) == ["up_0"]
    assert told.pauses


@pytest.mark.chapter(13)
def test_over_a_bad_line_the_parts_get_smaller_and_get_through(
    fake: FakeUploads, talk: Path
) -> None:
    def breaks(request: httpx.Request, body: bytes) -> httpx.Response | None:
        if len(body) > 300_000:
            raise httpx.WriteError("connection reset")
        return None

    fake.breaks = breaks
    assert sending(talk).run().id == "rec_1"
    assert max(fake.parts) <= 300_000
    assert fake.uploads["up_0"]["data"] == talk.read_bytes()


def test_a_product_that_stays_away_is_given_up_and_it_is_said_what_is_kept(
    fake: FakeUploads, talk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resume, "PATIENCE_S", 0.05)

    def breaks(request: httpx.Request, body: bytes) -> httpx.Response | None:
        if fake.parts:
            raise httpx.ConnectError("refused")
        return None

    fake.breaks = breaks
    with pytest.raises(ApiError, match="1 MB of the file are in the product") as caught:
        sending(talk).run()
    assert "same command" in caught.value.detail


@pytest.mark.parametrize("status", [401, 413, 415, 422, 507])
def test_a_refusal_is_not_argued_with(fake: FakeUploads, talk: Path, status: int) -> None:
    refusals: list[str] = []

    def breaks(request: httpx.Request, body: bytes) -> httpx.Response | None:
        if request.method != "PATCH":
            return None
        refusals.append(request.url.path)
        return httpx.Response(status, json={"code": "refused", "detail": "This is text."})

    fake.breaks = breaks
    with pytest.raises(ApiError, match=re.escape("This is text.")):
        sending(talk).run()
    assert len(refusals) == 1


def test_what_is_refused_at_the_end_is_said(fake: FakeUploads, talk: Path) -> None:
    problem = {"status": 422, "code": "truncated_file", "detail": "The file ends early."}

    def breaks(request: httpx.Request, body: bytes) -> None:
        for upload in fake.uploads.values():
            upload["problem"] = problem

    fake.breaks = breaks
    with pytest.raises(ApiError, match="ends early") as caught:
        sending(talk).run()
    assert caught.value.code == "truncated_file"


def test_an_upload_that_was_swept_begins_again(fake: FakeUploads, talk: Path) -> None:
    def breaks(request: httpx.Request, body: bytes) -> None:
        if len(fake.parts) == 2 and "up_0" in fake.uploads:
            del fake.uploads["up_0"]
            fake.uploads["gone"] = {"id": "gone", "size": 1, "data": b"", "fingerprint": ""}

    fake.breaks = breaks
    assert sending(talk).run().id == "rec_1"
    assert fake.uploads["up_1"]["data"] == talk.read_bytes()


def test_a_file_that_changes_meanwhile_is_not_kept(fake: FakeUploads, talk: Path) -> None:
    def breaks(request: httpx.Request, body: bytes) -> None:
        if len(fake.parts) == 2:
            with talk.open("r+b") as file:
                file.seek(500_000)
                file.write(b"changed")

    fake.breaks = breaks
    with pytest.raises(ApiError, match="was changed while it was sent"):
        sending(talk).run()
    assert fake.deleted == ["rec_1"]


def test_a_file_that_gets_shorter_meanwhile(fake: FakeUploads, talk: Path) -> None:
    def breaks(request: httpx.Request, body: bytes) -> None:
        if len(fake.parts) == 1:
            with talk.open("r+b") as file:
                file.truncate(900_000)

    fake.breaks = breaks
    with pytest.raises(ApiError, match="was changed while it was sent"):
        sending(talk).run()


def test_the_fingerprint_is_that_of_the_page(talk: Path) -> None:
    """Name, size, milliseconds of the last change, and the first 64 KiB, with NUL between."""
    data = talk.read_bytes()
    about = b"talk.wav\x003000000\x001700000000123\x00"
    with talk.open("rb") as file:
        mark = resume.fingerprint(file, "talk.wav", SIZE, 1_700_000_000_123_999_999)
    assert mark == hashlib.sha256(about + data[: 64 * 1024]).hexdigest()
