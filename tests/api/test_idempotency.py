"""`Idempotency-Key`: what is sent again is answered again and done once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select, update

from app import clock
from app.context import Context
from app.idempotency import service
from app.idempotency.tables import IdempotencyKey
from app.transcriptions.tables import Transcription
from tests.support import media
from tests.support.problems import assert_problem, left_behind
from tests.support.rows import Rows
from tests.support.served import Served, served

pytestmark = pytest.mark.chapter(12)
PATH = "/v1/transcriptions"
KEY = '"8e03978e-40d5-43e8-bc93-6894a57f9324"'
TALK = media.speech_like_wav(2)


@pytest.fixture
def clock_again() -> Iterator[None]:
    yield
    clock.put_forward(0)


def send(
    client: TestClient, key: str | None = KEY, sound: bytes = TALK, **fields: str
) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    files = {"file": ("talk.wav", sound)}
    return client.post(PATH, files=files, data=fields, headers=headers)


def kept(rows: Rows) -> tuple[int, int, int]:
    """How many jobs, recordings, and stored objects there are."""
    files, recordings, jobs = left_behind(rows.context)
    return len(jobs), len(recordings), len(files)


def test_the_same_request_is_answered_the_same_and_stored_once(
    client: TestClient, rows: Rows
) -> None:
    first = send(client, language="en")
    assert first.status_code == 202
    assert "idempotency-replayed" not in first.headers
    client.post(f"{PATH}/{first.json()['id']}/cancel")  # what happened since changes nothing
    again = send(client, language="en")
    assert (again.status_code, again.json()) == (202, first.json())
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    assert kept(rows) == (1, 1, 1)


def test_without_a_key_everything_is_done_again(client: TestClient, rows: Rows) -> None:
    assert send(client, None).json()["id"] != send(client, None).json()["id"]
    assert kept(rows) == (2, 2, 2)


@pytest.mark.parametrize("changed", ["sound", "field", "name", "operand"])
def test_a_key_stands_for_one_request(client: TestClient, rows: Rows, changed: str) -> None:
    recording = client.post("/v1/recordings", files={"file": ("talk.wav", TALK)}).json()["id"]
    send(client, language="en")
    before = kept(rows)
    headers = {"Idempotency-Key": KEY}
    match changed:
        case "sound":
            answer = send(client, sound=media.speech_like_wav(3), language="en")
        case "field":
            answer = send(client, language="de")
        case "name":
            files = {"file": ("other.wav", TALK)}
            answer = client.post(PATH, files=files, data={"language": "en"}, headers=headers)
        case _:
            answer = client.post(PATH, files={"recording": (None, recording)}, headers=headers)
    assert_problem(answer, 422, "idempotency_key_reused")
    assert kept(rows) == before


def test_a_refusal_is_not_kept(client: TestClient, rows: Rows) -> None:
    assert_problem(send(client, language="xx"), 422, "unknown_language")
    assert_problem(send(client, sound=b"RIFF"), 415, "unsupported_media_type")
    assert send(client, language="en").status_code == 202
    assert kept(rows) == (1, 1, 1)


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("", "empty"),
        ('""', "empty"),
        ("a" * 256, "256 characters"),
        ('"' + "a" * 256 + '"', "256 characters"),
        ('"half', "visible ASCII"),
        ("two words", "visible ASCII"),
        ('"a";b=1', "visible ASCII"),
        ("a, b", "visible ASCII"),
        ("k\u00e9y", "visible ASCII"),
    ],
)
def test_what_is_no_key_is_refused(client: TestClient, rows: Rows, key: str, why: str) -> None:
    headers = {"Idempotency-Key": key.encode("latin-1")}
    answer = client.post(PATH, files={"file": ("talk.wav", TALK)}, headers=headers)
    assert why in assert_problem(answer, 400, "bad_idempotency_key")["detail"]
    assert kept(rows) == (0, 0, 0)


def test_two_keys_are_none(client: TestClient) -> None:
    headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    answer = client.post(PATH, files={"file": ("talk.wav", TALK)}, headers=headers)
    assert_problem(answer, 400, "bad_idempotency_key")


def test_a_key_with_and_without_quotation_marks_is_the_same(client: TestClient) -> None:
    assert send(client, "a-1").json() == send(client, '"a-1"').json()
    assert send(client, '"say \\"a\\" b"').status_code == 202


@pytest.mark.usefixtures("clock_again")
def test_a_key_is_free_after_a_day_and_its_row_is_swept(client: TestClient, rows: Rows) -> None:
    first = send(client)
    clock.put_forward(timedelta(hours=23).total_seconds())
    assert send(client).json() == first.json()
    with rows.context.database.write() as session:
        service.forget_expired(session)
    assert len(rows.all(IdempotencyKey)) == 1
    clock.put_forward(timedelta(hours=25).total_seconds())
    second = send(client)
    assert second.json()["id"] != first.json()["id"]
    with rows.context.database.write() as session:
        service.forget_expired(session)
    (row,) = rows.all(IdempotencyKey)
    assert row.made_id == second.json()["id"]
    clock.put_forward(timedelta(hours=50).total_seconds())
    with rows.context.database.write() as session:
        service.forget_expired(session)
    assert rows.all(IdempotencyKey) == []


def test_keys_are_of_their_owner(client: TestClient, rows: Rows) -> None:
    first = send(client)
    with rows.context.database.write() as session:
        session.execute(update(IdempotencyKey).values(owner_id="acc_other"))
    assert send(client).json()["id"] != first.json()["id"]
    with rows.context.database.read() as session:
        query = select(IdempotencyKey.owner_id).where(col(IdempotencyKey.key) == KEY.strip('"'))
        assert set(session.exec(query)) == {"acc_other", "acc_local"}


def test_what_was_deleted_is_gone_from_the_answer(client: TestClient, rows: Rows) -> None:
    first = send(client)
    client.delete(first.headers["location"])
    assert_problem(send(client), 410, "deleted_since")
    (row,) = rows.all(IdempotencyKey)
    assert row.body is None
    assert rows.all(Transcription) == []


def test_a_crash_before_the_commit_leaves_the_key_free(
    client: TestClient, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = service.keep

    def dies(*_: object) -> None:
        raise RuntimeError("killed here")

    monkeypatch.setattr(service, "keep", dies)
    assert send(client).status_code == 500
    monkeypatch.setattr(service, "keep", keep)
    assert rows.all(IdempotencyKey) == []
    assert send(client).status_code == 202
    assert kept(rows)[:2] == (1, 1)


def test_while_the_first_is_under_way_the_second_is_refused(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, go_on = threading.Event(), threading.Event()
    claim = service.claim

    def waits(*arguments: object) -> object:
        inside.set()
        assert go_on.wait(30)
        return claim(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(service, "claim", waits)
    answers: list[httpx.Response] = []
    first = threading.Thread(target=lambda: answers.append(send(client)))
    first.start()
    assert inside.wait(30)
    refused = send(client)
    go_on.set()
    first.join(30)
    assert_problem(refused, 409, "request_in_flight")
    assert refused.headers["retry-after"] == "1"
    assert answers[0].status_code == 202
    assert send(client).json() == answers[0].json()


def test_two_processes_at_once_make_one_job(
    socket_api: Served,
    context: Context,
    rows: Rows,
    headers: dict[str, str],
    tmp_path: Path,
) -> None:
    """Neither knows what the other is working on; the database does."""
    with served(context, headers, tmp_path / "temporary-2") as other:
        for number in range(4):
            answers: list[httpx.Response] = []
            together = threading.Barrier(2)

            def one(api: Served, together=together, number=number, answers=answers) -> None:  # type: ignore[no-untyped-def]
                with api.client as http:
                    http.get("/healthz")
                    together.wait()
                    files = {"file": ("talk.wav", TALK)}
                    key = {"Idempotency-Key": f"key-{number}"}
                    answers.append(http.post(PATH, files=files, headers=key))

            threads = [threading.Thread(target=one, args=[api]) for api in (socket_api, other)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
            assert [answer.status_code for answer in answers] == [202] * 2, answers
            assert answers[0].json() == answers[1].json()
            assert sum("idempotency-replayed" in answer.headers for answer in answers) == 1
            assert kept(rows) == (number + 1, number + 1, number + 1)


@pytest.mark.parametrize("changed", ["sound", "nothing"])
def test_a_recording_that_is_sent_again_is_kept_once(
    client: TestClient, rows: Rows, changed: str
) -> None:
    def upload(sound: bytes = TALK) -> httpx.Response:
        sent = {"file": ("talk.wav", sound)}
        return client.post("/v1/recordings", files=sent, headers={"Idempotency-Key": KEY})

    first = upload()
    assert (first.status_code, kept(rows)) == (201, (0, 1, 1))
    if changed == "sound":
        refused = upload(media.speech_like_wav(3))
        assert_problem(refused, 422, "idempotency_key_reused")
        assert_problem(send(client), 422, "idempotency_key_reused")
        assert kept(rows) == (0, 1, 1)
        return
    again = upload()
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    assert kept(rows) == (0, 1, 1)
    client.delete(first.headers["location"])
    assert_problem(upload(), 410, "deleted_since")
    assert kept(rows) == (0, 0, 1)  # the deleted one's sound, until the dispatcher sweeps it
