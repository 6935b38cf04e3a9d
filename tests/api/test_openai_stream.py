"""The text as it comes, to the official client: in order, whole, honest when it fails."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import openai
import pytest

from app.transcriptions.tables import Status
from app.transcriptions.wait import POLL_S
from tests.support.hearing import hearing
from tests.support.openai_client import SOUND, OpenAIApi, create
from tests.support.rows import Rows

TEXTS = ("The train was late.", "Nobody was in a hurry.", "", "We had time to wait.")
WHOLE = " ".join(filter(None, TEXTS))


@pytest.fixture
def client(openai_api: OpenAIApi) -> Iterator[openai.OpenAI]:
    with openai_api.client() as client:
        yield client


@pytest.fixture
def rows(openai_api: OpenAIApi) -> Rows:
    return openai_api.rows


def stream(client: openai.OpenAI, **options: Any) -> Iterator[Any]:
    found: Iterator[Any] = create(client, stream=True, model="tiny.en", **options)
    return found


def test_windows_are_told_as_they_become_ready(client: openai.OpenAI, rows: Rows) -> None:
    steps = threading.Semaphore(0)
    with hearing(rows, *TEXTS, steps=steps):
        events = stream(client)
        steps.release()
        first = next(events)
        assert (first.type, first.delta) == ("transcript.text.delta", TEXTS[0])
        steps.release(3)
        *deltas, done = list(events)
    assert [event.delta for event in deltas] == [f" {TEXTS[1]}", f" {TEXTS[3]}"]
    assert done.type == "transcript.text.done"
    assert done.text == first.delta + "".join(event.delta for event in deltas) == WHOLE
    assert done.usage.seconds == 100.0


@pytest.mark.parametrize("form", ["json", "text"])
def test_windows_that_end_in_another_order_are_told_in_that_of_the_recording(
    client: openai.OpenAI, rows: Rows, form: str
) -> None:
    steps = threading.Semaphore(0)
    with hearing(rows, *TEXTS, backwards=True, steps=steps):
        events = stream(client, response_format=form)
        steps.release()
        first = next(events)
        steps.release()
        time.sleep(4 * POLL_S)  # the last window is over and must not be told yet
        steps.release(2)
        *deltas, done = list(events)
    assert first.delta + "".join(event.delta for event in deltas) == done.text == WHOLE


def test_logprobs_come_with_the_deltas(client: openai.OpenAI, rows: Rows) -> None:
    with hearing(rows, *TEXTS):
        *deltas, done = list(stream(client, include=["logprobs"]))
    said = [each for event in deltas for each in event.logprobs]
    assert "".join(each.token for each in said).strip() == WHOLE
    assert [each.model_dump() for each in done.logprobs] == [each.model_dump() for each in said]


def test_without_speech_there_is_an_end_all_the_same(client: openai.OpenAI, rows: Rows) -> None:
    with hearing(rows, ""):
        [done] = list(stream(client))
    assert (done.type, done.text) == ("transcript.text.done", "")


def test_events_have_no_name_as_version_1_of_the_client_wants_it(openai_api: OpenAIApi) -> None:
    with hearing(openai_api.rows, *TEXTS), openai_api.served.client as http:
        answer = http.post(
            "/v1/audio/transcriptions",
            files={"file": SOUND},
            data={"model": "whisper-1", "stream": "true"},
        )
    assert answer.headers["content-type"].startswith("text/event-stream")
    lines = [line for line in answer.text.splitlines() if line]
    assert lines
    assert all(line.startswith("data: {") for line in lines)


def cancelled(rows: Rows, job_id: str) -> None:
    rows.cancel(job_id)


def deleted(rows: Rows, job_id: str) -> None:
    rows.remove(job_id)


@pytest.mark.parametrize(
    ("ends", "code"), [(cancelled, "cancelled"), (deleted, "transcription_not_found")]
)
def test_a_failure_in_the_middle_is_an_error_of_the_client(
    client: openai.OpenAI,
    openai_api: OpenAIApi,
    ends: Callable[[Rows, str], None],
    code: str,
) -> None:
    steps = threading.Semaphore(0)
    with hearing(openai_api.rows, *TEXTS, steps=steps):
        events = stream(client)
        steps.release()
        assert next(events).delta == TEXTS[0]
        ends(openai_api.rows, openai_api.jobs()[-1].id)
        with pytest.raises(openai.APIError) as raised:
            list(events)
    assert raised.value.code == code
    assert raised.value.type == "invalid_request_error"


def test_a_job_that_fails_ends_the_stream_with_its_reason(
    client: openai.OpenAI, rows: Rows
) -> None:
    with hearing(rows, *TEXTS, failing=True), pytest.raises(openai.APIError) as raised:
        list(stream(client))
    assert raised.value.code == "recognition_failed"
    assert raised.value.type == "server_error"


def test_who_goes_away_stops_the_job(client: openai.OpenAI, openai_api: OpenAIApi) -> None:
    steps = threading.Semaphore(0)
    with hearing(openai_api.rows, *TEXTS, steps=steps):
        events = stream(client)
        steps.release()
        next(events)
        events.close()  # type: ignore[attr-defined]
        job = openai_api.jobs()[-1]
        until(lambda: openai_api.rows.job(job.id).status is Status.CANCELLED)


def test_who_goes_away_does_not_stop_it_while_another_waits(openai_api: OpenAIApi) -> None:
    steps = threading.Semaphore(0)
    with (
        hearing(openai_api.rows, *TEXTS, steps=steps),
        openai_api.client() as one,
        openai_api.client() as other,
    ):
        before = len(openai_api.jobs())
        events, others = stream(one), stream(other)
        steps.release()
        next(events)
        next(others)
        events.close()  # type: ignore[attr-defined]
        steps.release(3)
        *_, done = list(others)
        assert done.text == WHOLE
        assert len(openai_api.jobs()) == before + 1


def until(condition: Callable[[], bool], patience_s: float = 10) -> None:
    end = threading.Event()
    for _ in range(int(patience_s / 0.05)):
        if condition():
            return
        end.wait(0.05)
    raise AssertionError("waited in vain")
