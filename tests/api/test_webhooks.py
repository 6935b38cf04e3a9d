"""Receivers over HTTP, and what is sent to them by the very courier of the dispatcher."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.context import Context
from app.local.token import read_or_make
from app.main import create_app
from app.media.client import DecoderClient
from app.webhooks.courier import Courier
from app.webhooks.service import MAX_WEBHOOKS
from app.webhooks.tables import Delivery, DeliveryAttempt, DeliveryState, Webhook
from tests.support.problems import assert_problem
from tests.support.receivers import LOOPBACK, Receiver, Reply, receiving, until
from tests.support.rows import Rows, new_context

pytestmark = pytest.mark.chapter(28)
PATH = "/v1/webhooks"


@pytest.fixture
def context(tmp_path: Path, database_url: str, decoder_client: DecoderClient) -> Iterator[Context]:
    opened = new_context(tmp_path / "home", database_url, webhook_networks=LOOPBACK)
    yield replace(opened, decoder=decoder_client)
    opened.database.dispose()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture
def courier(context: Context) -> Iterator[Courier]:
    made = Courier(context)
    yield made
    made.stop()


def add(client: TestClient, url: str, **more: Any) -> dict[str, Any]:
    answer = client.post(PATH, json={"url": url, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"{PATH}/{made['id']}"
    return made


def test_a_test_message_arrives_and_its_delivery_tells_all(
    client: TestClient, rows: Rows, receiver: Receiver, courier: Courier
) -> None:
    made = add(client, receiver.url, description="Archive")
    answer = client.post(f"{PATH}/{made['id']}/test")
    assert answer.status_code == 202
    place = answer.headers["location"]
    assert client.get(place).json()["state"] == "pending"
    courier.run_once()
    until(lambda: client.get(place).json()["state"] == "succeeded")
    told = client.get(place).json()
    (got,) = receiver.got
    assert got.verified(made["secret"]) == told["payload"]
    assert told["payload"]["type"] == told["type"] == "webhook.test"
    assert told["message_id"] == got.id
    (attempt,) = told["attempts"]
    assert (attempt["status"], attempt["answer"]) == (200, "thank you")


def test_a_secret_is_shown_once_and_never_again(client: TestClient, receiver: Receiver) -> None:
    made = add(client, receiver.url)
    secret = made["secret"]
    assert secret.startswith("whsec_")
    one = f"{PATH}/{made['id']}"
    for answer in (
        client.get(PATH),
        client.get(one),
        client.patch(one, json={"description": "x"}),
        client.post(f"{one}/test"),
        client.get(f"{one}/deliveries"),
    ):
        assert answer.is_success
        assert "whsec_" not in answer.text
        assert secret not in answer.text
    rotated = client.post(f"{one}/rotate")
    assert rotated.headers["cache-control"] == "no-store"
    assert rotated.json()["secret"] not in (secret, None)
    assert client.get(one).json()["old_secret_until"] is not None


@pytest.mark.parametrize(
    "url",
    [
        "https://10.0.0.1/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/",
        "http://93.184.216.34/",
        "https://user:word@hooks.example.org/",
        "https://hooks.example.org:25/",
        "ftp://hooks.example.org/",
        "nonsense",
    ],
)
def test_addresses_that_nothing_is_sent_to_are_refused_with_the_reason(
    client: TestClient, rows: Rows, receiver: Receiver, url: str
) -> None:
    problem = client.post(PATH, json={"url": url})
    assert_problem(problem, 422, "bad_webhook_url")
    assert "Nothing was kept" in problem.json()["detail"]
    assert rows.all(Webhook) == []
    made = add(client, receiver.url)
    assert_problem(client.patch(f"{PATH}/{made['id']}", json={"url": url}), 422, "bad_webhook_url")
    assert client.get(f"{PATH}/{made['id']}").json()["url"] == receiver.url


def test_paused_and_resumed_by_hand(
    client: TestClient, rows: Rows, receiver: Receiver, courier: Courier
) -> None:
    made = add(client, receiver.url, events=["transcription.cancelled"])
    one = f"{PATH}/{made['id']}"
    paused = client.patch(one, json={"state": "paused"}).json()
    assert (paused["state"], paused["paused_because"]) == ("paused", "asked")
    assert_problem(client.post(f"{one}/test"), 409, "webhook_paused")
    rows.in_state("cancelled")
    assert courier.run_once() == 0
    assert client.get(one).json()["waiting"] == 1
    resumed = client.patch(one, json={"state": "enabled"}).json()
    assert (resumed["state"], resumed["paused_detail"]) == ("enabled", None)
    courier.run_once()
    until(lambda: client.get(one).json()["waiting"] == 0)
    assert len(receiver.got) == 1


def test_deliveries_are_listed_page_by_page_and_sent_again_by_hand(
    client: TestClient, rows: Rows, receiver: Receiver, courier: Courier
) -> None:
    made = add(client, receiver.url)
    one = f"{PATH}/{made['id']}"
    receiver.replies = [Reply(410)]
    for _ in range(5):
        client.post(f"{one}/test")
    courier.run_once()
    until(lambda: client.get(one).json()["state"] == "paused")
    seen: list[str] = []
    cursor: str | None = None
    while True:
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = client.get(f"{one}/deliveries", params=params).json()
        seen += [each["id"] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 5
    (failed,) = client.get(f"{one}/deliveries", params={"state": "failed"}).json()["items"]
    again = f"{one}/deliveries/{failed['id']}/redeliver"
    assert_problem(client.post(again), 409, "webhook_paused")
    client.patch(one, json={"state": "enabled"})
    assert client.post(again).status_code == 202

    def all_sent() -> bool:
        courier.run_once()
        return {each.state for each in rows.all(Delivery)} == {DeliveryState.SUCCEEDED}

    until(all_sent)
    assert [got.id for got in receiver.got].count(failed["message_id"]) == 2
    assert_problem(client.get(f"{one}/deliveries", params={"cursor": "x"}), 400, "bad_cursor")


def test_with_a_receiver_goes_everything_about_it(
    client: TestClient, rows: Rows, receiver: Receiver, courier: Courier
) -> None:
    made = add(client, receiver.url)
    one = f"{PATH}/{made['id']}"
    place = client.post(f"{one}/test").headers["location"]
    courier.run_once()
    until(lambda: client.get(place).json()["state"] == "succeeded")
    assert client.delete(one).status_code == 204
    assert (rows.all(Webhook), rows.all(Delivery), rows.all(DeliveryAttempt)) == ([], [], [])
    assert_problem(client.get(place), 404, "webhook_not_found")
    for answer in (
        client.get(one),
        client.delete(one),
        client.post(f"{one}/rotate"),
        client.post(f"{one}/test"),
        client.patch(one, json={"state": "enabled"}),
        client.get(f"{one}/deliveries"),
    ):
        assert_problem(answer, 404, "webhook_not_found")


def test_there_are_only_so_many(client: TestClient, receiver: Receiver) -> None:
    for _ in range(MAX_WEBHOOKS):
        add(client, receiver.url)
    problem = client.post(PATH, json={"url": receiver.url})
    assert_problem(problem, 409, "too_many_webhooks")


def test_by_default_this_computer_itself_is_refused(tmp_path: Path) -> None:
    opened = new_context(tmp_path / "other")
    token = read_or_make(opened.settings.token_path)
    app = create_app(opened.settings, opened)
    with TestClient(app, "http://127.0.0.1", headers={"Authorization": f"Bearer {token}"}) as api:
        for url in ("http://127.0.0.1:8000/", "https://localhost:8501/", "https://[::1]/"):
            assert_problem(api.post(PATH, json={"url": url}), 422, "bad_webhook_url")
    opened.database.dispose()
