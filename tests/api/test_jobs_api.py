"""Jobs over HTTP: submitted, listed, waited for, cancelled, tried again, deleted."""

from __future__ import annotations

import threading
import time

import pytest
from fastapi.testclient import TestClient

from tests.support import media
from tests.support.problems import assert_problem
from tests.support.rows import Rows

PATH = "/v1/transcriptions"
STATES = ("queued", "running", "succeeded", "failed", "cancelled")


def test_a_submitted_recording_is_queued_and_says_where_to_look(client: TestClient) -> None:
    files = {"file": ("talk.wav", media.speech_like_wav(2))}
    fields = {"model": "tiny.en", "language": "en", "keywords[]": ["Kästner", "Lectern"]}
    answer = client.post(PATH, files=files, data=fields)
    assert answer.status_code == 202
    job = answer.json()
    assert answer.headers["location"] == f"{PATH}/{job['id']}"
    assert (job["status"], job["queue_position"], job["progress"]) == ("queued", 1, 0)
    assert job["eta_seconds"] > 0
    found = client.get(answer.headers["location"]).json()
    assert found["options"] == {"language": "en", "keywords": ["Kästner", "Lectern"]}
    assert found["duration"] == pytest.approx(2, abs=0.01)


def test_a_recording_uploaded_before_is_transcribed_by_its_id(client: TestClient) -> None:
    files = {"file": ("talk.wav", media.speech_like_wav(2))}
    recording = client.post("/v1/recordings", files=files).json()
    assert recording["estimate"]["finish_in_s"] > 0
    assert recording["estimate"]["location"] == "this computer"
    answer = client.post(PATH, files={"recording": (None, recording["id"])})
    assert answer.status_code == 202
    assert client.get(f"{PATH}/{answer.json()['id']}").json()["recording_id"] == recording["id"]
    gone = client.delete(f"/v1/recordings/{recording['id']}")
    assert_problem(gone, 409, "recording_in_use")


def test_an_upload_nobody_wants_can_be_deleted(client: TestClient) -> None:
    files = {"file": ("talk.wav", media.speech_like_wav(2))}
    address = f"/v1/recordings/{client.post('/v1/recordings', files=files).json()['id']}"
    assert client.get(address).status_code == 200
    assert client.delete(address).status_code == 204
    assert_problem(client.get(address), 404, "recording_not_found")


def pages(client: TestClient, limit: int) -> list[list[str]]:
    found, cursor = [], None
    while True:
        parameters = {"limit": limit, **({"cursor": cursor} if cursor else {})}
        page = client.get(PATH, params=parameters).json()
        found.append([job["id"] for job in page["items"]])
        cursor = page["next"]
        if cursor is None:
            return found


def test_the_list_is_read_in_pages_the_newest_first(client: TestClient, rows: Rows) -> None:
    jobs = [rows.submit() for _ in range(7)][::-1]
    assert pages(client, 3) == [jobs[:3], jobs[3:6], jobs[6:]]
    assert pages(client, 7) == [jobs]


def test_a_new_job_does_not_shift_the_following_pages(client: TestClient, rows: Rows) -> None:
    jobs = [rows.submit() for _ in range(4)][::-1]
    first = client.get(PATH, params={"limit": 2}).json()
    rows.submit()
    rows.remove(jobs[1])
    second = client.get(PATH, params={"limit": 2, "cursor": first["next"]}).json()
    assert [job["id"] for job in second["items"]] == jobs[2:]


def test_the_list_is_filtered_by_status(client: TestClient, rows: Rows) -> None:
    made = {state: rows.in_state(state) for state in ("succeeded", "failed", "cancelled")}
    found = client.get(PATH, params={"status": ["failed", "cancelled"]}).json()["items"]
    assert {job["id"] for job in found} == {made["failed"], made["cancelled"]}


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        "é",
        "bnVsbA==",
        "WzEsIDJd",
        "WyIyMDI2LTAxLTAxIiwgInRyIl0=",  # a time without a zone
        "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwgInRyIl0=",  # before the year 1
    ],
)
def test_a_cursor_of_ones_own_making_is_refused(client: TestClient, cursor: str) -> None:
    assert_problem(client.get(PATH, params={"cursor": cursor}), 400, "bad_cursor")


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "status=done"])
def test_a_wrong_parameter_is_named(client: TestClient, query: str) -> None:
    body = assert_problem(client.get(f"{PATH}?{query}"), 422, "invalid_request")
    assert query.split("=")[0] in body["detail"]


def test_waiting_ends_as_soon_as_the_job_does(client: TestClient, rows: Rows) -> None:
    job = rows.running()
    timer = threading.Timer(0.4, rows.recognise_all)
    timer.start()
    started = time.monotonic()
    found = client.get(f"{PATH}/{job}", params={"wait": 30}).json()
    assert found["status"] == "succeeded"
    assert time.monotonic() - started < 10
    timer.join()


def test_waiting_ends_after_the_time_asked_for(client: TestClient, rows: Rows) -> None:
    job = rows.running()
    started = time.monotonic()
    assert client.get(f"{PATH}/{job}", params={"wait": 0.3}).json()["status"] == "running"
    assert 0.3 <= time.monotonic() - started < 5


@pytest.mark.parametrize("wait", ["-1", "61", "nan", "soon"])
def test_nobody_waits_for_ever(client: TestClient, rows: Rows, wait: str) -> None:
    job = rows.submit()
    assert_problem(client.get(f"{PATH}/{job}?wait={wait}"), 422, "invalid_request")


@pytest.mark.parametrize("state", STATES)
def test_cancel_stops_what_runs_and_leaves_alone_what_is_over(
    client: TestClient, rows: Rows, state: str
) -> None:
    job = rows.in_state(state)
    before = rows.job(job).model_dump()
    answer = client.post(f"{PATH}/{job}/cancel")
    assert answer.status_code == 200
    if state in ("queued", "running"):
        assert answer.json()["status"] == "cancelled"
    else:
        assert rows.job(job).model_dump() == before


@pytest.mark.parametrize("state", STATES)
def test_retry_takes_up_what_failed_or_was_cancelled_and_nothing_else(
    client: TestClient, rows: Rows, state: str
) -> None:
    job = rows.in_state(state)
    answer = client.post(f"{PATH}/{job}/retry")
    if state in ("failed", "cancelled"):
        assert answer.status_code == 202
        assert (answer.json()["status"], answer.json()["error"]) == ("running", None)
    else:
        assert state in assert_problem(answer, 409, "not_retryable")["detail"]


@pytest.mark.chapter(28)
@pytest.mark.parametrize("state", STATES)
def test_delete_removes_a_job_in_every_state(client: TestClient, rows: Rows, state: str) -> None:
    job = rows.in_state(state)
    assert client.delete(f"{PATH}/{job}").status_code == 204
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/retry"), ("GET", "/export")):
        answer = client.request(method, f"{PATH}/{job}{path}")
        assert_problem(answer, 404, "transcription_not_found")


@pytest.mark.parametrize("name", ["tr_none", "%00", "..%2f..%2ftoken", "🎙️"])
def test_a_job_that_is_not_there_is_not_found(client: TestClient, name: str) -> None:
    assert client.get(f"{PATH}/{name}").status_code == 404


@pytest.mark.chapter(12)
def test_the_queue_is_told_in_order(client: TestClient, rows: Rows) -> None:
    first, second = rows.submit(), rows.submit()
    soon = rows.submit(priority=1)
    positions = [
        client.get(f"{PATH}/{job}").json()["queue_position"] for job in (soon, first, second)
    ]
    assert positions == [1, 2, 3]


def test_an_error_of_ours_is_a_problem_document_without_details(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client.app.state, "context", None)
    body = assert_problem(client.get(PATH), 500, "internal_error")
    assert "NoneType" not in body["detail"]
    assert "safe" in body["detail"]
