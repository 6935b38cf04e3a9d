"""Requests that the official client sends again: one transcription, and nobody's wish is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import openai
import pytest

from app.clock import now
from app.compatible import calls
from app.compatible.tables import Call
from app.local.token import read_or_make
from app.media.client import DecoderClient
from app.recordings.tables import Recording
from app.transcriptions.tables import Status, Transcription
from tests.support.dropping import dropping
from tests.support.hearing import hearing
from tests.support.openai_client import SOUND, OpenAIApi, create, openai_client
from tests.support.rows import Rows, new_context
from tests.support.served import Served, served

pytestmark = pytest.mark.chapter(7)
TEXT = "The train was late."
OTHER = ("other.wav", SOUND[1] + bytes(2000))


@pytest.fixture
def api(openai_api: OpenAIApi) -> OpenAIApi:
    """Without what earlier tests called for: each begins as the first caller."""
    for job in openai_api.jobs():
        openai_api.rows.remove(job.id)
    assert openai_api.rows.all(Call) == []
    return openai_api


def until(condition: Callable[[], bool], patience_s: float = 10) -> None:
    pause = threading.Event()
    for _ in range(int(patience_s / 0.02)):
        if condition():
            return
        pause.wait(0.02)
    raise AssertionError("waited in vain")


def test_a_request_sent_again_after_a_time_out_joins_the_job(api: OpenAIApi) -> None:
    before = stored(api)
    with (
        hearing(api.rows, TEXT) as ears,
        api.client(timeout=1.0, max_retries=2) as client,
        ThreadPoolExecutor(1) as pool,
    ):
        ears.go.clear()
        answer = pool.submit(create, client)
        until(lambda: [call.requests for call in api.rows.all(Call)] == [2], 15)
        ears.go.set()
        assert answer.result().text == TEXT
    assert len(api.jobs()) == 1
    assert len(api.rows.all(Recording)) == 1
    assert stored(api) == before + 1


def stored(api: OpenAIApi) -> int:
    folder = api.rows.context.settings.storage_dir / "recordings"
    return sum(path.is_file() for path in folder.rglob("*"))


@pytest.mark.parametrize("how", ["json", "stream"])
def test_an_answer_lost_on_its_way_is_given_again(api: OpenAIApi, how: str) -> None:
    with hearing(api.rows, TEXT), dropping(api.served.port, answers=1) as relay:
        with api.client(max_retries=2, port=relay.port) as client:
            if how == "json":
                assert create(client).text == TEXT
            else:
                assert list(create(client, stream=True))[-1].text == TEXT
        assert relay.requests == 2
    assert len(api.jobs()) == 1


def test_who_asks_again_after_the_answer_has_it_made_anew(api: OpenAIApi) -> None:
    with hearing(api.rows, TEXT), api.client() as client:
        for _ in range(3):
            assert create(client).text == TEXT
    assert len(api.jobs()) == 3


def test_the_same_text_in_another_format_is_the_same_call(api: OpenAIApi) -> None:
    """While the first was not answered; how a text is rendered does not decide what it is."""
    with (
        hearing(api.rows, TEXT) as ears,
        api.client() as client,
        ThreadPoolExecutor(2) as pool,
    ):
        ears.go.clear()
        answers = [pool.submit(create, client, response_format=f) for f in ("text", "json")]
        until(lambda: [call.requests for call in api.rows.all(Call)] == [2])
        ears.go.set()
        assert answers[0].result() == TEXT + "\n"
        assert answers[1].result().text == TEXT
    assert len(api.jobs()) == 1


@pytest.mark.parametrize(
    "options", [{"prompt": "Trains."}, {"model": "tiny.en"}, {"language": "en"}, {"file": OTHER}]
)
def test_what_decides_the_text_makes_another_job(api: OpenAIApi, options: dict[str, Any]) -> None:
    with (
        hearing(api.rows, TEXT) as ears,
        api.client() as client,
        ThreadPoolExecutor(2) as pool,
    ):
        ears.go.clear()
        answers = [pool.submit(create, client), pool.submit(create, client, **options)]
        until(lambda: len(api.jobs()) == 2)
        ears.go.set()
        assert [answer.result().text for answer in answers] == [TEXT, TEXT]


def test_a_failed_job_is_not_joined(api: OpenAIApi) -> None:
    with api.client() as client:
        with hearing(api.rows, failing=True), pytest.raises(openai.InternalServerError):
            create(client, model="tiny.en")
        with hearing(api.rows, TEXT):
            assert create(client, model="tiny.en").text == TEXT
    assert [job.status for job in api.jobs()] == [Status.FAILED, Status.SUCCEEDED]


def test_a_key_stands_for_its_job_and_another_for_another(api: OpenAIApi) -> None:
    def keyed(client: openai.OpenAI, key: str, **options: Any) -> str:
        text: str = create(client, extra_headers={"Idempotency-Key": key}, **options).text
        return text

    before = stored(api)
    with hearing(api.rows, TEXT), api.client() as client:
        assert {keyed(client, "one") for _ in range(3)} == {TEXT}
        assert len(api.jobs()) == 1
        assert keyed(client, "two") == TEXT
        assert len(api.jobs()) == 2
        with pytest.raises(openai.BadRequestError) as raised:
            keyed(client, "one", file=OTHER)
        assert raised.value.code == "idempotency_key_reused"
        with pytest.raises(openai.BadRequestError):
            keyed(client, "x" * 256)
    assert len(api.jobs()) == 2
    assert stored(api) == before + 2


def test_a_text_that_nobody_fetched_is_held_for_a_while(api: OpenAIApi) -> None:
    with hearing(api.rows, TEXT) as ears:
        ears.go.clear()
        with api.client(timeout=0.5) as client, pytest.raises(openai.APITimeoutError):
            create(client)
        ears.go.set()
        [job] = api.jobs()
        until(lambda: api.rows.job(job.id).status is Status.SUCCEEDED)
        age(api, calls.WAITED_FOR - timedelta(minutes=1))
        with api.client() as client:
            assert create(client).text == TEXT
        assert len(api.jobs()) == 1


def test_and_not_for_ever(api: OpenAIApi) -> None:
    with hearing(api.rows, TEXT) as ears:
        ears.go.clear()
        with api.client(timeout=0.5) as client, pytest.raises(openai.APITimeoutError):
            create(client)
        ears.go.set()
        [job] = api.jobs()
        until(lambda: api.rows.job(job.id).status is Status.SUCCEEDED)
        age(api, calls.WAITED_FOR + timedelta(minutes=1))
        with api.client() as client:
            assert create(client).text == TEXT
        assert len(api.jobs()) == 2


def age(api: OpenAIApi, by: timedelta) -> None:
    """As if all calls and jobs had been made so much earlier."""
    with api.rows.context.database.write() as session:
        for row in api.rows.all(Call):
            found = session.get_one(Call, row.id)
            found.called_at -= by
        for job in api.rows.all(Transcription):
            if job.finished_at is not None:
                session.get_one(Transcription, job.id).finished_at = job.finished_at - by


def test_old_calls_are_forgotten(api: OpenAIApi) -> None:
    with hearing(api.rows, TEXT), api.client() as client:
        create(client)
        create(client, prompt="Trains.")
    with api.rows.context.database.write() as session:
        session.get_one(Call, api.rows.all(Call)[0].id).called_at = now() - calls.KEPT * 1.01
        assert calls.forget_old(session) == 1
    assert len(api.rows.all(Call)) == 1
    assert len(api.jobs()) == 2


def test_two_at_the_same_moment_share_a_job(socket_api: Served, rows: Rows) -> None:
    """On both databases: on PostgreSQL two transactions do write at the same time."""
    with hearing(rows, TEXT) as ears, ThreadPoolExecutor(6) as pool:
        ears.go.clear()
        client = openai_client(socket_api)
        answers = [pool.submit(create, client) for _ in range(6)]
        until(lambda: [call.requests for call in rows.all(Call)] == [6])
        ears.go.set()
        assert {answer.result().text for answer in answers} == {TEXT}
        client.close()
    assert len(rows.all(Transcription)) == len(rows.all(Recording)) == 1


def test_a_restart_of_the_api_does_not_forget_who_waits(
    decoder_client: DecoderClient, tmp_path: Path
) -> None:
    context = replace(new_context(tmp_path / "home"), decoder=decoder_client)
    headers = {"Authorization": f"Bearer {read_or_make(context.settings.token_path)}"}
    rows = Rows(context)
    with hearing(rows, TEXT) as ears:
        ears.go.clear()
        with served(context, headers, tmp_path / "one") as first:
            client = openai_client(first, timeout=1.0)
            with pytest.raises(openai.APITimeoutError):
                create(client)
            client.close()
        ears.go.set()
        with served(context, headers, tmp_path / "two") as second, openai_client(second) as client:
            assert create(client).text == TEXT
    assert len(rows.all(Transcription)) == 1
    context.database.dispose()
