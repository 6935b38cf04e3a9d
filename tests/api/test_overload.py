"""More than can be done: refused early and with words, and taken again when there is room."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import httpx
import psutil
import pytest
from fastapi.testclient import TestClient

from app.admission import check_upload
from app.context import Context
from app.errors import StorageFull
from app.main import create_app
from app.telemetry.service import seen
from app.transcriptions.tables import Transcription
from tests.support import media
from tests.support.problems import assert_problem, left_behind
from tests.support.rows import Rows
from tests.support.served import Served

pytestmark = pytest.mark.chapter(12)
PATHS = ["/v1/transcriptions", "/v1/recordings"]
GIB = 1024**3
HOUR_S = 3600.0


@contextmanager
def limited(context: Context, headers: dict[str, str], **limits: Any) -> Iterator[TestClient]:
    """A client of an API with other settings."""
    settings = context.settings.model_copy(update=limits)
    app = create_app(settings, replace(context, settings=settings))
    with TestClient(app, "http://127.0.0.1", raise_server_exceptions=False) as client:
        client.headers.update(headers)
        yield client


def send(client: TestClient, path: str = PATHS[0]) -> httpx.Response:
    return client.post(path, files={"file": ("a.wav", media.speech_like_wav(1))})


def assert_refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    body = assert_problem(answer, status, code)
    assert int(answer.headers["retry-after"]) == body["retry_after"] >= 1
    return body


@pytest.mark.parametrize("path", PATHS)
def test_what_would_be_ready_too_late_is_refused_and_taken_later(
    context: Context, rows: Rows, headers: dict[str, str], path: str
) -> None:
    with limited(context, headers, max_wait_h=0.5) as client:
        accepted = [rows.submit(duration_s=10 * HOUR_S) for _ in range(3)]
        before = left_behind(context)
        body = assert_refused(send(client, path), 503, "queue_full")
        assert "0.5 hours" in body["detail"]
        assert left_behind(context) == before
        assert {rows.job(job).status for job in accepted} == {"queued"}
        for job in accepted[:2]:
            rows.cancel(job)
        assert send(client, path).status_code in (201, 202)


def test_too_many_unfinished_jobs_are_refused_until_one_has_ended(
    context: Context, rows: Rows, headers: dict[str, str]
) -> None:
    with limited(context, headers, max_unfinished_jobs=3) as client:
        answers = [send(client) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [202, 202, 202, 503, 503]
        assert_refused(answers[3], 503, "queue_full")
        rows.cancel(answers[0].json()["id"])
        assert send(client).status_code == 202
        assert send(client).status_code == 503


def test_the_length_of_the_recording_counts_once_it_is_known(
    context: Context, rows: Rows, headers: dict[str, str]
) -> None:
    """An upload is let in, but the job it would become is too long; the upload is kept."""
    with limited(context, headers, max_wait_h=0.0001) as client:
        recording = client.post(
            PATHS[1], files={"file": ("a.wav", media.speech_like_wav(20))}
        ).json()
        answer = client.post(PATHS[0], files={"recording": (None, recording["id"].encode())})
        assert_refused(answer, 503, "queue_full")
        assert client.get(f"{PATHS[1]}/{recording['id']}").status_code == 200
        assert rows.all(Transcription) == []


def test_a_retry_is_one_more_job(context: Context, rows: Rows, headers: dict[str, str]) -> None:
    job = rows.in_state("failed")
    with limited(context, headers, max_unfinished_jobs=1) as client:
        blocking = rows.submit()
        assert_refused(client.post(f"{PATHS[0]}/{job}/retry"), 503, "queue_full")
        assert rows.job(job).status == "failed"
        rows.cancel(blocking)
        assert client.post(f"{PATHS[0]}/{job}/retry").status_code == 202


def head_only(context: Context, headers: dict[str, str], path: str) -> tuple[int, dict[str, str]]:
    """The answer to the head of an upload of 2 GiB; reading its body is an error."""
    app = create_app(context.settings, context)
    app.state.context = context
    fields = {**headers, "host": "127.0.0.1", "content-length": str(2 * GIB)}
    fields["content-type"] = "multipart/form-data; boundary=xxx"
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(k.lower().encode(), v.encode()) for k, v in fields.items()],
        "state": {},
    }
    answers: list[Any] = []

    async def receive() -> Any:
        raise AssertionError("the body was asked for")

    async def answered(message: Any) -> None:
        answers.append(message)

    asyncio.run(app(scope, receive, answered))
    return answers[0]["status"], {k.decode(): v.decode() for k, v in answers[0]["headers"]}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("cause", ["crowd", "disk", "uploads"])
def test_a_refusal_reads_nothing_of_the_upload(
    context: Context,
    rows: Rows,
    headers: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    cause: str,
) -> None:
    limits: dict[str, Any] = {"max_upload_bytes": 4 * GIB}
    if cause == "crowd":
        rows.fault("crowd", hours=1000)
    elif cause == "disk":
        monkeypatch.setattr(type(context.storage), "free_bytes", lambda _: 2 * GIB)
    else:
        limits["max_uploads"] = 0
    roomy = replace(context, settings=context.settings.model_copy(update=limits))
    status, told = head_only(roomy, headers, path)
    assert status == {"crowd": 503, "disk": 507, "uploads": 429}[cause]
    assert int(told["retry-after"]) >= 1
    assert told["content-type"] == "application/problem+json"


def test_an_upload_that_does_not_fit_is_refused_and_a_smaller_one_taken(
    context: Context, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = context.settings.min_free_bytes + 100_000
    monkeypatch.setattr(type(context.storage), "free_bytes", lambda _: free)
    large = {"file": ("a.wav", media.speech_like_wav(10))}
    body = assert_refused(client.post(PATHS[1], files=large), 507, "storage_full")
    assert "does not fit" in body["detail"]
    assert send(client, PATHS[1]).status_code == 201


def test_what_others_announced_is_not_promised_twice(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        type(context.storage), "free_bytes", lambda _: context.settings.min_free_bytes + 10 * GIB
    )
    check_upload(context, "acc", 4 * GIB, promised_bytes=6 * GIB)
    with pytest.raises(StorageFull):
        check_upload(context, "acc", 4 * GIB, promised_bytes=7 * GIB)


@pytest.fixture
def crowded(rows: Rows) -> str:
    """A job that was accepted before the crowd came."""
    job = rows.prepared(2)
    rows.fault("crowd", hours=1000)
    return job


def test_a_crowd_is_refused_by_name_and_what_was_accepted_is_done(
    client: TestClient, rows: Rows, crowded: str
) -> None:
    body = assert_refused(send(client), 503, "queue_full")
    assert body["simulated_by"] == "crowd"
    assert "imulated" in body["detail"]
    rows.recognise_all()
    assert client.get(f"{PATHS[0]}/{crowded}").json()["status"] == "succeeded"
    assert client.delete("/v1/faults/crowd").status_code == 204
    assert send(client).status_code == 202


def test_it_stays_ready_and_says_that_it_takes_no_more(
    client: TestClient, context: Context, crowded: str
) -> None:
    with context.database.write() as session:
        for kind in ("media", "host"):
            seen(session, kind, woken=True)
    told = client.get("/readyz")
    assert (told.status_code, told.json()["ready"], told.json()["accepting"]) == (200, True, False)
    client.delete("/v1/faults/crowd")
    assert client.get("/readyz").json()["accepting"] is True


@pytest.fixture
def narrow_api(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Served:
    """Behind a real socket, with two places of each kind."""
    monkeypatch.setenv("LECTERN_MAX_REQUESTS", "2")
    monkeypatch.setenv("LECTERN_MAX_UPLOADS", "1")
    served: Served = request.getfixturevalue("socket_api")
    return served


def test_streams_have_places_of_their_own(narrow_api: Served, rows: Rows) -> None:
    job = rows.submit()
    path = f"{PATHS[0]}/{job}"
    with narrow_api.client as client, ExitStack() as streams:
        for _ in range(2):
            assert streams.enter_context(client.stream("GET", f"{path}/events")).status_code == 200
        for one_more in (f"{path}/events", f"{path}?wait=5"):
            assert_refused(client.get(one_more, timeout=8), 503, "too_many_requests")
        assert client.get(path).status_code == 200
        assert client.get("/healthz").status_code == 200
        streams.close()
        answer = client.get(path, params={"wait": 0.1})
        for _ in range(50):
            if answer.status_code == 200:
                break
            answer = client.get(path, params={"wait": 0.1})
        assert answer.status_code == 200


def test_an_owner_sends_so_many_at_once_and_goes_on_when_one_has_ended(
    narrow_api: Served, context: Context
) -> None:
    lines = [f"POST {PATHS[1]} HTTP/1.1", "Host: 127.0.0.1", "Content-Length: 1000000"]
    lines += [f"{name}: {value}" for name, value in narrow_api.headers.items()]
    lines += ["Content-Type: multipart/form-data; boundary=xxx", "", ""]
    sound = {"file": ("a.wav", media.speech_like_wav(1))}
    with narrow_api.client as client:
        with narrow_api.connect() as connection:
            connection.sendall("\r\n".join(lines).encode() + b"--xxx\r\n")
            answer = client.post(PATHS[1], files=sound)
            for _ in range(50):
                if answer.status_code == 429:
                    break
                answer = client.post(PATHS[1], files=sound)
            body = assert_refused(answer, 429, "too_many_uploads")
            assert "1 of your uploads" in body["detail"]
        for _ in range(50):
            answer = client.post(PATHS[1], files=sound)
            if answer.status_code == 201:
                break
        assert answer.status_code == 201


def test_hundreds_at_once_get_an_answer_each(narrow_api: Served, rows: Rows) -> None:
    """Done or told to come back: no one is left without an answer, and the process stays small."""
    job = rows.submit()
    process = psutil.Process(narrow_api.pid)
    before = process.memory_info().rss
    count = 300

    async def storm() -> list[int]:
        address = f"http://127.0.0.1:{narrow_api.port}"
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=0)
        async with httpx.AsyncClient(
            base_url=address, headers=narrow_api.headers, timeout=60, limits=limits
        ) as client:
            answers = await asyncio.gather(*(client.get(f"{PATHS[0]}/{job}") for _ in range(count)))
            health = await client.get("/healthz")
            assert health.status_code == 200
            return [answer.status_code for answer in answers]

    found = asyncio.run(storm())
    assert len(found) == count
    assert set(found) == {200, 503}
    assert process.memory_info().rss - before < 50 * 1024**2
    with narrow_api.client as client:
        assert client.get(f"{PATHS[0]}/{job}").status_code == 200
