"""Progress as events: each change once, nothing missed, closed at the end."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import httpx
import pytest

from tests.support.problems import assert_problem
from tests.support.rows import Rows
from tests.support.served import Served


@pytest.fixture
def http(socket_api: Served) -> Iterator[httpx.Client]:
    with socket_api.client as client:
        yield client


def events(http: httpx.Client, job: str, **headers: str) -> Iterator[dict]:  # type: ignore[type-arg]
    """Events as they come: their id, kind and data."""
    with http.stream("GET", f"/v1/transcriptions/{job}/events", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        event: dict = {}  # type: ignore[type-arg]
        for line in answer.iter_lines():
            if not line and event:
                yield event
                event = {}
            elif ":" in line:
                name, _, value = line.partition(": ")
                event[name] = json.loads(value) if name == "data" else value


def test_every_change_is_an_event_up_to_the_end(http: httpx.Client, rows: Rows) -> None:
    job = rows.prepared(3)
    stream = events(http, job)
    seen = [next(stream)]
    rows.complete(rows.leased(1))
    seen.append(next(stream))
    rows.recognise_all()
    seen += list(stream)
    assert [event["event"] for event in seen[:2]] == ["progress", "progress"]
    assert seen[-1]["event"] == "end"
    assert seen[-1]["data"]["status"] == "succeeded"
    ids = [int(event["id"]) for event in seen]
    assert ids == sorted(set(ids))
    assert [event["data"]["revision"] for event in seen] == ids
    progress = [event["data"]["progress"] for event in seen]
    assert progress == sorted(progress)
    assert progress[-1] == 1


def test_who_reconnects_is_not_told_again_what_was_seen(http: httpx.Client, rows: Rows) -> None:
    job = rows.prepared(2)
    [first] = [next(events(http, job))]
    stream = events(http, job, **{"Last-Event-ID": first["id"]})
    timer = threading.Timer(0.3, rows.recognise_all)
    timer.start()
    assert int(next(stream)["id"]) > int(first["id"])
    stream.close()
    timer.join()


def test_a_job_that_is_over_says_so_and_closes(http: httpx.Client, rows: Rows) -> None:
    job = rows.in_state("cancelled")
    [only] = events(http, job)
    assert (only["event"], only["data"]["status"]) == ("end", "cancelled")
    assert list(events(http, job, **{"Last-Event-ID": only["id"]})) == []


def test_a_deleted_job_closes_its_stream(http: httpx.Client, rows: Rows) -> None:
    job = rows.prepared(2)
    stream = events(http, job)
    assert next(stream)["event"] == "progress"
    rows.remove(job)
    assert list(stream) == []


def test_wrong_requests_are_refused_before_the_stream_begins(
    http: httpx.Client, rows: Rows
) -> None:
    answer = http.get("/v1/transcriptions/tr_none/events")
    assert_problem(answer, 404, "transcription_not_found")
    path = f"/v1/transcriptions/{rows.prepared(1)}/events"
    for wrong in ("x", "²", "9" * 5000):
        answer = http.get(path, headers={"Last-Event-ID": wrong.encode("latin-1")})  # type: ignore[dict-item]
        assert_problem(answer, 400, "bad_event_id")
