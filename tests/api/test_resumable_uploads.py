"""Large files in parts, as the protocol tus 1.0 has it: what becomes of them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.clock import now
from app.context import Context
from app.media.client import DecoderClient
from app.recordings.tables import Recording
from app.uploads import service
from app.uploads.spool import Spool
from app.uploads.tables import Upload, UploadState
from tests.support import media
from tests.support.problems import assert_problem, left_behind
from tests.support.rows import Rows
from tests.support.tus import Tus

GOOD = media.speech_like_wav(10)  # 320 kB
DIGEST = hashlib.sha256(GOOD).hexdigest()


def last(context: Context) -> Recording:
    return Rows(context).all(Recording)[-1]


# From the beginning to a recording


def test_the_server_says_what_it_can(client: TestClient) -> None:
    told = client.options("/v1/uploads").headers
    assert told["tus-resumable"] == told["tus-version"] == "1.0.0"
    assert "creation,creation-with-upload,expiration,termination,checksum" in told["tus-extension"]
    assert told["tus-checksum-algorithm"] == "sha256,sha1"
    assert told["tus-max-size"] == str(2 * 1024**2)


def test_a_file_in_three_parts_becomes_the_same_recording_as_one_sent_at_once(
    tus: Tus, client: TestClient, context: Context, spool: Spool
) -> None:
    address = tus.begin(len(GOOD), "Gespräch 1.wav")
    for start in range(0, len(GOOD), 120_000):
        assert tus.offset(address) == start
        answer = tus.send(address, start, GOOD[start : start + 120_000])
        assert answer.status_code == 204, answer.text
        assert answer.headers["tus-resumable"] == "1.0.0"
        assert "GMT" in answer.headers["upload-expires"]
    assert answer.headers["upload-offset"] == str(len(GOOD))
    key = answer.headers["lectern-recording"]
    told = tus.read(address)
    assert (told["state"], told["recording"]["id"]) == ("ready", key)
    whole = client.post("/v1/recordings", files={"file": ("Gespräch 1.wav", GOOD)}).json()
    in_parts = client.get(f"/v1/recordings/{key}").json()
    for changing in ("id", "created_at"):
        whole.pop(changing), in_parts.pop(changing)
    assert in_parts == whole
    assert told["recording"]["estimate"]["audio_minutes"] == pytest.approx(10 / 60, rel=0.1)
    assert sorted(spool.names()) == []
    (row,) = (row for row in Rows(context).all(Recording) if row.id == key)
    with context.storage.open(row.storage_key) as kept:
        assert kept.read() == GOOD


def test_the_first_part_may_come_with_the_announcement(tus: Tus) -> None:
    answer = tus.create(len(GOOD), data=GOOD[:70_000])
    assert (answer.status_code, answer.headers["upload-offset"]) == (201, "70000")
    address = answer.headers["location"]
    assert tus.send(address, 70_000, GOOD[70_000:]).status_code == 204
    assert tus.read(address)["recording"]["sha256"] == DIGEST


def test_a_whole_file_may_come_with_the_announcement(tus: Tus) -> None:
    answer = tus.create(len(GOOD), data=GOOD)
    assert answer.status_code == 201
    assert answer.headers["lectern-recording"].startswith("rec_")


def test_the_recording_can_be_transcribed(tus: Tus, client: TestClient) -> None:
    key = tus.create(len(GOOD), data=GOOD).headers["lectern-recording"]
    form = [("recording", (None, key))]
    assert client.post("/v1/transcriptions", files=form).status_code == 202


def test_a_part_without_a_declared_length(tus: Tus) -> None:
    address = tus.begin(len(GOOD))
    pieces = (GOOD[start : start + 50_000] for start in range(0, len(GOOD), 50_000))
    assert tus.send(address, 0, pieces).headers["lectern-recording"]


# Going on


@pytest.mark.chapter(13)
def test_the_row_survives_the_process_and_bytes_that_were_not_noted_do_not_count(
    tus: Tus, spool: Spool
) -> None:
    """As kill -9 leaves it: more in the file than the row says."""
    address = tus.begin(len(GOOD))
    tus.send(address, 0, GOOD[:100_000])
    path = spool.path(address.rsplit("/", 1)[1])
    with path.open("ab") as file:
        file.write(b"half a part that nobody vouched for" * 1000)
    assert tus.offset(address) == 100_000
    assert tus.send(address, 100_000, GOOD[100_000:]).status_code == 204
    assert tus.read(address)["recording"]["sha256"] == DIGEST


@pytest.mark.chapter(13)
def test_the_row_claims_no_more_than_the_disk_has(tus: Tus, spool: Spool) -> None:
    address = tus.begin(len(GOOD))
    tus.send(address, 0, GOOD[:100_000])
    path = spool.path(address.rsplit("/", 1)[1])
    with path.open("r+b") as file:
        file.truncate(60_000)
    assert tus.offset(address) == 60_000
    tus.send(address, 60_000, GOOD[60_000:])
    assert tus.read(address)["recording"]["sha256"] == DIGEST


def test_an_upload_is_found_again_by_its_fingerprint(tus: Tus) -> None:
    address = tus.begin(len(GOOD), fingerprint="f" * 64, client="browser 1")
    tus.begin(len(GOOD), fingerprint="e" * 64, client="browser 2")
    tus.send(address, 0, GOOD[:100_000])
    (found,) = tus.unfinished(fingerprint="f" * 64)
    assert address.endswith(found["id"])
    assert (found["received_bytes"], found["state"]) == (100_000, "receiving")
    assert [one["id"] for one in tus.unfinished(client="browser 1")] == [found["id"]]
    assert len(tus.unfinished()) == 2
    tus.send(address, 100_000, GOOD[100_000:])
    assert tus.unfinished(fingerprint="f" * 64) == []


@pytest.mark.chapter(13)
def test_a_complete_file_whose_process_died_is_finished_when_somebody_asks(
    tus: Tus, context: Context, spool: Spool
) -> None:
    address = tus.begin(len(GOOD), fingerprint="f" * 64)
    key = address.rsplit("/", 1)[1]
    spool.path(key).write_bytes(GOOD)
    service.note(context, key, len(GOOD))
    assert [one["state"] for one in tus.unfinished()] == ["checking"]
    told = tus.read(address)
    assert (told["state"], told["recording"]["sha256"]) == ("ready", DIGEST)
    assert sorted(spool.names()) == []


def test_a_complete_file_that_is_no_recording_is_refused_when_somebody_asks(
    tus: Tus, context: Context, spool: Spool
) -> None:
    damaged = media.mp4_without_moov()
    address = tus.begin(len(damaged))
    key = address.rsplit("/", 1)[1]
    spool.path(key).write_bytes(damaged)
    service.note(context, key, len(damaged))
    for _ in range(2):
        told = tus.read(address)
        assert (told["state"], told["problem"]["code"]) == ("refused", "truncated_file")
    assert sorted(spool.names()) == []


@pytest.mark.chapter(13)
def test_a_file_is_not_lost_between_the_storage_and_the_database(
    tus: Tus, context: Context, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = tus.begin(len(GOOD))

    def dies(*_: object) -> None:
        raise RuntimeError("the process ends here")

    with monkeypatch.context() as patch:
        patch.setattr("app.recordings.service.keep", dies)
        assert tus.send(address, 0, GOOD).status_code == 500
    assert tus.offset(address) == len(GOOD)
    assert tus.read(address)["recording"]["sha256"] == DIGEST
    assert sorted(spool.names()) == []


def test_a_decoder_that_is_away_costs_no_upload(
    tus: Tus, client: TestClient, context: Context, tmp_path: Path
) -> None:
    away = replace(context, decoder=DecoderClient(tmp_path / "nobody.sock", timeout_s=0.2))
    address = tus.begin(len(GOOD))
    client.app.state.context = away
    problem = assert_problem(tus.send(address, 0, GOOD), 503, "decoder_unavailable")
    assert "kept" in problem["detail"]
    client.app.state.context = context
    assert tus.read(address)["state"] == "ready"


# Ended early


def test_a_cancelled_upload_leaves_nothing(tus: Tus, context: Context, spool: Spool) -> None:
    address = tus.begin(len(GOOD))
    tus.send(address, 0, GOOD[:100_000])
    assert tus.cancel(address).status_code == 204
    assert tus.head(address).status_code == 404
    assert sorted(spool.names()) == []
    assert Rows(context).all(Upload) == []


def test_a_part_that_arrives_while_its_upload_is_cancelled_is_not_kept(
    tus: Tus, context: Context, spool: Spool
) -> None:
    address = tus.begin(len(GOOD))

    def body():  # type: ignore[no-untyped-def]
        yield GOOD[:100_000]
        service.cancel(context, address.rsplit("/", 1)[1])
        yield GOOD[100_000:]

    # The test client takes the whole body first: the row is gone before the part is looked at
    assert tus.send(address, 0, body()).status_code in (404, 410)
    assert sorted(spool.names()) == []
    assert left_behind(context) == ([], [], [])


def test_a_vanished_file_is_said_to_be_gone(tus: Tus, spool: Spool) -> None:
    address = tus.begin(len(GOOD))
    spool.remove(address.rsplit("/", 1)[1])
    assert tus.head(address).status_code == 410
    assert_problem(tus.send(address, 0, GOOD), 410, "upload_gone")
    assert tus.unfinished() == []


def test_deleting_the_upload_keeps_the_recording_it_became(tus: Tus, context: Context) -> None:
    answer = tus.create(len(GOOD), data=GOOD)
    assert tus.cancel(answer.headers["location"]).status_code == 204
    assert last(context).id == answer.headers["lectern-recording"]
    assert context.storage.size(last(context).storage_key) == len(GOOD)


def test_every_part_moves_the_end_away(tus: Tus, context: Context) -> None:
    address = tus.begin(len(GOOD))
    with context.database.write() as session:
        row = service.get(session, address.rsplit("/", 1)[1])
        row.expires_at = now()  # a clock that jumped, say
    assert tus.send(address, 0, GOOD[:100_000]).status_code == 204
    (row,) = Rows(context).all(Upload)
    assert (row.expires_at - now()).total_seconds() > 23 * 3600
    assert row.state is UploadState.RECEIVING


def test_a_full_disk_keeps_what_had_arrived(
    tus: Tus, monkeypatch: pytest.MonkeyPatch, spool: Spool
) -> None:
    address = tus.begin(len(GOOD))
    tus.send(address, 0, GOOD[:100_000])

    def full(*_: object) -> None:
        raise service.storage_full()

    with monkeypatch.context() as patch:
        patch.setattr("app.uploads.spool.SpoolFile.write", full)
        assert_problem(tus.send(address, 100_000, GOOD[100_000:]), 507, "storage_full")
    assert tus.offset(address) == 100_000
    assert tus.send(address, 100_000, GOOD[100_000:]).status_code == 204


@pytest.mark.chapter(13)
def test_a_full_disk_can_be_rehearsed(tus: Tus, client: TestClient, context: Context) -> None:
    address = tus.begin(len(GOOD))
    tus.send(address, 0, GOOD[:100_000])
    assert client.put("/v1/faults/full_disk", json={"minutes": 5}).status_code == 200
    context.faults._read_at = float("-inf")  # it looks twice a second
    assert_problem(tus.send(address, 100_000, GOOD[100_000:]), 507, "storage_full")
    assert client.delete("/v1/faults/full_disk").status_code == 204
    context.faults._read_at = float("-inf")
    assert tus.offset(address) == 100_000
    assert tus.send(address, 100_000, GOOD[100_000:]).status_code == 204
