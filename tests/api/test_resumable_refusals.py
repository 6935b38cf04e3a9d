"""Parts, announcements and files that are refused, as the protocol tus 1.0 has it."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from app.context import Context
from app.uploads.spool import Spool
from tests.support import media
from tests.support.problems import assert_problem, left_behind
from tests.support.tus import Tus, b64, sha256_header

GOOD = media.speech_like_wav(10)  # 320 kB
DIGEST = hashlib.sha256(GOOD).hexdigest()


@pytest.mark.chapter(16)
def test_what_is_no_recording_is_refused_with_its_first_part(
    tus: Tus, context: Context, spool: Spool
) -> None:
    text = b"Minutes of the meeting.\n" * 5000
    address = tus.begin(1_900_000)
    problem = assert_problem(tus.send(address, 0, text), 415, "unsupported_media_type")
    assert "text" in problem["detail"]
    told = tus.read(address)
    assert (told["state"], told["problem"]["code"]) == ("refused", "unsupported_media_type")
    assert_problem(tus.send(address, 0, GOOD), 410, "upload_gone")
    assert tus.head(address).status_code == 415
    assert sorted(spool.names()) == []
    assert left_behind(context) == ([], [], [])


@pytest.mark.chapter(16)
@pytest.mark.parametrize("start", [1, 30_000, 65_535])
def test_the_first_parts_may_be_too_small_to_tell(tus: Tus, start: int) -> None:
    text = b"Minutes of the meeting.\n" * 5000
    address = tus.begin(len(text))
    assert tus.send(address, 0, text[:start]).status_code == 204
    assert_problem(tus.send(address, start, text[start:]), 415, "unsupported_media_type")


@pytest.mark.chapter(16)
def test_a_damaged_recording_is_refused_at_the_end(tus: Tus, context: Context) -> None:
    damaged = media.mp4_without_moov()
    address = tus.begin(len(damaged))
    assert_problem(tus.send(address, 0, damaged), 422, "truncated_file")
    assert tus.read(address)["problem"]["code"] == "truncated_file"
    assert left_behind(context) == ([], [], [])


def test_a_wrong_part_is_refused_and_not_kept(tus: Tus) -> None:
    address = tus.begin(len(GOOD))
    part = GOOD[:100_000]
    assert tus.send(address, 0, part, **sha256_header(part)).status_code == 204
    wrong = tus.send(address, 100_000, GOOD[100_000:][::-1], **sha256_header(GOOD[100_000:]))
    assert wrong.status_code == 460
    assert wrong.json()["code"] == "checksum_mismatch"
    assert wrong.json()["title"] == "Checksum Mismatch"
    assert tus.offset(address) == 100_000
    sha1 = hashlib.sha1(GOOD[100_000:], usedforsecurity=False).digest()
    sent = {"Upload-Checksum": f"sha1 {b64(sha1)}"}
    assert tus.send(address, 100_000, GOOD[100_000:], **sent).status_code == 204
    assert tus.read(address)["recording"]["sha256"] == DIGEST


def test_a_damaged_first_part_does_not_condemn_the_file(tus: Tus) -> None:
    address = tus.begin(len(GOOD))
    header = sha256_header(GOOD)
    assert tus.send(address, 0, b"x" * len(GOOD), **header).status_code == 460
    assert tus.send(address, 0, GOOD, **header).status_code == 204


@pytest.mark.parametrize("offset", [0, 99_999, 100_001, 320_044])
def test_a_part_for_another_place_is_refused(tus: Tus, offset: int) -> None:
    address = tus.begin(len(GOOD))
    tus.send(address, 0, GOOD[:100_000])
    answer = tus.send(address, offset, GOOD[100_000:200_000])
    assert_problem(answer, 409, "wrong_offset")
    assert answer.headers["upload-offset"] == "100000"
    assert tus.offset(address) == 100_000


@pytest.mark.parametrize("declared", [True, False])
def test_more_than_was_announced_is_refused(tus: Tus, declared: bool) -> None:
    address = tus.begin(len(GOOD))
    tus.send(address, 0, GOOD[:100_000])
    rest = GOOD[100_000:] + b"and more"
    answer = tus.send(address, 100_000, rest if declared else iter([rest]))
    assert_problem(answer, 400, "part_too_long")
    assert tus.offset(address) == 100_000


def test_whoever_comes_second_is_told_to_wait(tus: Tus, spool: Spool) -> None:
    address = tus.begin(len(GOOD))
    file = spool.claim(address.rsplit("/", 1)[1])
    assert_problem(tus.send(address, 0, GOOD), 423, "upload_busy")
    assert tus.offset(address) == 0
    file.close()
    assert tus.send(address, 0, GOOD).status_code == 204


def test_a_file_that_is_too_large_or_empty_is_refused_at_once(tus: Tus, spool: Spool) -> None:
    assert_problem(tus.create(2 * 1024**2 + 1), 413, "too_large")
    assert_problem(tus.create(0), 400, "empty_file")
    assert sorted(spool.names()) == []


def test_no_room_is_said_before_anything_is_sent(
    tus: Tus, monkeypatch: pytest.MonkeyPatch, spool: Spool
) -> None:
    monkeypatch.setattr(Spool, "free_bytes", lambda _: 1000)
    assert_problem(tus.create(len(GOOD)), 507, "storage_full")
    assert sorted(spool.names()) == []


def test_a_recording_longer_than_the_limit_is_refused(
    tus: Tus, client: TestClient, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = context.settings.model_copy(update={"max_audio_s": 0.5})
    monkeypatch.setattr(client.app.state, "context", replace(context, settings=limit))
    assert_problem(tus.create(len(GOOD), data=GOOD), 422, "too_long")
    assert left_behind(context) == ([], [], [])


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"Tus-Resumable": "0.2.2"}, 412, "tus_version"),
        ({"Content-Type": "audio/wav"}, 415, "not_a_part"),
        ({"Upload-Offset": "-1"}, 400, "bad_header"),
        ({"Upload-Offset": "1e3"}, 400, "bad_header"),
        ({"Upload-Offset": ""}, 400, "bad_header"),
        ({"Upload-Checksum": "crc32 AAAA"}, 400, "unknown_checksum"),
        ({"Upload-Checksum": "sha256 AAAA"}, 400, "bad_checksum"),
        ({"Upload-Checksum": "sha256 no base 64"}, 400, "bad_checksum"),
    ],
)
def test_a_part_that_is_not_understood(
    tus: Tus, changed: dict[str, str], status: int, code: str
) -> None:
    address = tus.begin(len(GOOD))
    assert_problem(tus.send(address, 0, GOOD, **changed), status, code)
    assert tus.offset(address) == 0


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"Tus-Resumable": ""}, 412, "tus_version"),
        ({"Upload-Length": "many"}, 400, "bad_header"),
        ({"Upload-Length": "9" * 30}, 400, "bad_header"),
        ({"Upload-Metadata": "filename %%%"}, 400, "bad_metadata"),
        ({"Upload-Checksum": "crc32 AAAA"}, 400, "unknown_checksum"),
        ({"Upload-Metadata": "fingerprint " + "QUFB" * 40}, 400, "bad_metadata"),
        ({"Upload-Metadata": "filename " + "QUFB" * 100}, 422, "name_too_long"),
    ],
)
def test_an_announcement_that_is_not_understood(
    client: TestClient, spool: Spool, changed: dict[str, str], status: int, code: str
) -> None:
    sent = {"Tus-Resumable": "1.0.0", "Upload-Length": "1000", **changed}
    assert_problem(client.post("/v1/uploads", headers=sent), status, code)
    assert sorted(spool.names()) == []


@pytest.mark.parametrize("key", ["up_none", "..%2f..%2ftoken", "%2e%2e", "up_" + "0" * 32])
def test_an_upload_that_does_not_exist(tus: Tus, key: str) -> None:
    assert tus.head(f"/v1/uploads/{key}").status_code == 404
    assert tus.send(f"/v1/uploads/{key}", 0, GOOD).status_code == 404
    assert tus.cancel(f"/v1/uploads/{key}").status_code == 404


def test_without_the_token_nothing_is_answered(stranger: TestClient) -> None:
    assert_problem(Tus(stranger).create(1000), 401, "token_missing")
