"""Settings: webhooks, how each of them is, and a secret that is shown once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.ui.fake_client import SCRIPT
from ui import wire_webhooks
from ui.client import ApiError

AT = datetime(2026, 11, 3, 13, 5, tzinfo=UTC)


def webhook(**changed: Any) -> wire_webhooks.Webhook:
    facts: dict[str, Any] = {
        "id": "wh_1",
        "url": "https://hooks.example.org/x",
        "description": "Archive",
        "events": [],
        "state": "enabled",
        "paused_detail": None,
        "failures": 0,
        "failing_since": None,
        "last_success_at": AT,
        "last_failure_at": None,
        "waiting": 0,
        "created_at": AT,
    }
    return wire_webhooks.Webhook.model_validate(facts | changed)


class Api:
    """Receivers in memory."""

    def __init__(self) -> None:
        self.items: list[wire_webhooks.Webhook] = []
        self.did: list[tuple[str, ...]] = []
        self.refusal: ApiError | None = None

    def webhooks(self) -> wire_webhooks.Webhooks:
        return wire_webhooks.Webhooks(items=self.items, types=["transcription.succeeded"])

    def add_webhook(self, url: str, about: str, events: list[str]) -> wire_webhooks.WithSecret:
        if self.refusal is not None:
            raise self.refusal
        self.items = [webhook(url=url, description=about, events=events)]
        return wire_webhooks.WithSecret(**self.items[0].model_dump(), secret="whsec_abc")

    def set_webhook_state(self, webhook_id: str, state: str) -> None:
        self.did.append((state, webhook_id))

    def remove_webhook(self, webhook_id: str) -> None:
        self.did.append(("remove", webhook_id))

    def test_webhook(self, webhook_id: str) -> None:
        self.did.append(("test", webhook_id))

    def redeliver(self, webhook_id: str, delivery_id: str) -> None:
        self.did.append(("again", webhook_id, delivery_id))

    def deliveries(self, webhook_id: str, *, limit: int) -> wire_webhooks.Deliveries:
        attempt = {"number": 1, "started_at": AT, "status": 500, "duration_s": 0.1}
        told = {
            "id": "whd_1",
            "message_id": "msg_1",
            "type": "webhook.test",
            "state": "failed",
            "next_attempt_at": None,
            "created_at": AT,
            "attempts": [attempt | {"answer": SCRIPT, "error": None}],
        }
        return wire_webhooks.Deliveries.model_validate({"items": [told], "next": None})


@pytest.fixture
def api(fake):
    api = Api()
    for name in vars(Api):
        if not name.startswith("_"):
            setattr(fake, name, getattr(api, name))
    return api


def test_without_any_it_says_what_will_be_here_and_what_to_do(open_page, api, words):
    said = words(open_page("settings"))
    assert "No program is told of anything yet." in said
    assert "never its text" in said


def test_one_is_added_and_its_secret_is_shown_once(open_page, api, words):
    test = open_page("settings")
    test.text_input(key="webhook-url").set_value("https://hooks.example.org/x")
    test.button(key="webhook-add").click().run()
    assert [each.value for each in test.code] == ["whsec_abc"]
    assert "It is shown this one time" in words(test)
    test.run()
    assert list(test.code) == []
    assert "https://hooks.example.org/x" in words(test)


def test_a_refused_address_is_told_and_stays_in_its_field(open_page, api):
    api.refusal = ApiError("bad_webhook_url", "10.0.0.1 is not on the public internet.", 422)
    test = open_page("settings")
    test.text_input(key="webhook-url").set_value("https://10.0.0.1/")
    test.button(key="webhook-add").click().run()
    assert "not on the public internet" in test.toast[0].value
    assert test.text_input(key="webhook-url").value == "https://10.0.0.1/"


def test_the_health_of_each_is_a_sentence(open_page, api, words):
    api.items = [
        webhook(id="wh_1"),
        webhook(id="wh_2", failures=3, failing_since=AT, waiting=2, description=SCRIPT),
        webhook(id="wh_3", state="paused", paused_detail="The receiver answered 410."),
    ]
    test = open_page("settings")
    said = words(test)
    assert "Fine; the last message was accepted" in said
    assert "Has accepted nothing since" in said
    assert "attempts: 3. 2 messages wait." in said
    assert "Paused. The receiver answered 410." in said
    assert "<script" not in said
    test.button(key="webhook-state-wh_1").click().run()
    test.button(key="webhook-state-wh_3").click().run()
    assert api.did == [("paused", "wh_1"), ("enabled", "wh_3")]
    assert test.button(key="webhook-test-wh_3").disabled


def test_what_was_sent_is_listed_and_sent_again(open_page, api, words):
    api.items = [webhook()]
    test = open_page("settings")
    test.button(key="webhook-test-wh_1").click().run()
    assert "answered 500 · given up" in words(test)
    test.button(key="webhook-again-whd_1").click().run()
    assert api.did == [("test", "wh_1"), ("again", "wh_1", "whd_1")]
