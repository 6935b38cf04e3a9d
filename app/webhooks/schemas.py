"""Receivers and deliveries as they go over the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.webhooks.kinds import SUBSCRIBABLE, EventType
from app.webhooks.tables import DeliveryState, WebhookState

_EVENTS = [each.value for each in SUBSCRIBABLE]
_CREATE = {
    "url": "https://hooks.example.org/lectern",
    "description": "Our archive",
    "events": ["transcription.succeeded", "transcription.failed"],
}
_SHOWN = {
    "id": "wh_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f",
    **_CREATE,
    "state": "enabled",
    "paused_because": None,
    "paused_detail": None,
    "paused_at": None,
    "failures": 0,
    "failing_since": None,
    "last_success_at": "2026-12-01T09:30:00Z",
    "last_failure_at": None,
    "waiting": 0,
    "old_secret_until": None,
    "created_at": "2026-11-30T08:00:00Z",
}
_ATTEMPT = {
    "number": 1,
    "started_at": "2026-12-01T09:30:00Z",
    "status": 200,
    "duration_s": 0.182,
    "answer": "ok",
    "error": None,
}
_DELIVERY = {
    "id": "whd_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f",
    "message_id": "msg_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f",
    "type": "transcription.succeeded",
    "state": "succeeded",
    "next_attempt_at": None,
    "created_at": "2026-12-01T09:30:00Z",
    "finished_at": "2026-12-01T09:30:01Z",
    "attempts": [_ATTEMPT],
}


def _example(value: dict[str, Any]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [value]})


class WebhookIn(BaseModel):
    """A receiver to be told."""

    model_config = _example(_CREATE)
    url: str = Field(
        min_length=1,
        max_length=2048,
        description="https, on the public internet; LECTERN_WEBHOOK_NETWORKS allows more.",
    )
    description: str = Field(default="", max_length=255)
    events: list[EventType] = Field(
        default_factory=list, max_length=32, description="Types it wants; empty: all of them."
    )


class WebhookChange(BaseModel):
    """What is left out stays as it is."""

    model_config = _example({"state": "paused"})
    url: str | None = Field(default=None, min_length=1, max_length=2048)
    description: str | None = Field(default=None, max_length=255)
    events: list[EventType] | None = Field(default=None, max_length=32)
    state: WebhookState | None = Field(
        default=None,
        description="`paused`: nothing is sent and everything kept; `enabled`: resumed, what was"
        " kept included.",
    )


class WebhookOut(BaseModel):
    model_config = _example(_SHOWN)
    id: str
    url: str
    description: str
    events: list[EventType] = Field(description="Types it wants; empty: all of them.")
    state: WebhookState
    paused_because: str | None = Field(
        description="`asked`, `gone` (it answered 410) or `failing` (only failures for days)."
    )
    paused_detail: str | None = Field(description="The same for people.")
    paused_at: datetime | None
    failures: int = Field(description="Attempts that failed since the last that did not.")
    failing_since: datetime | None
    last_success_at: datetime | None
    last_failure_at: datetime | None
    waiting: int = Field(description="Deliveries that are to be made, kept ones included.")
    old_secret_until: datetime | None = Field(
        description="Until then messages are signed with the secret of before as well."
    )
    created_at: datetime


class WebhookWithSecret(WebhookOut):
    model_config = _example({**_SHOWN, "secret": "whsec_…"})
    secret: str = Field(description="To verify signatures with; it is shown this one time.")


class WebhookList(BaseModel):
    model_config = _example({"items": [_SHOWN], "types": _EVENTS})
    items: list[WebhookOut]
    types: list[EventType] = Field(description="What there is to be told about.")


class AttemptOut(BaseModel):
    model_config = _example(_ATTEMPT)
    number: int
    started_at: datetime
    status: int | None = Field(description="HTTP's, of the answer; null: there was none.")
    duration_s: float | None = Field(
        description="Null: under way, or the process died over it and it is made again."
    )
    answer: str | None = Field(description="Its first bytes, as text.")
    error: str | None = Field(description="Why there was no answer.")


class DeliveryOut(BaseModel):
    model_config = _example(_DELIVERY)
    id: str
    message_id: str = Field(description="The `webhook-id`, the same at every attempt.")
    type: EventType
    state: DeliveryState
    next_attempt_at: datetime | None
    created_at: datetime
    finished_at: datetime | None
    attempts: list[AttemptOut]


class DeliveryWithPayload(DeliveryOut):
    model_config = _example(
        {
            **_DELIVERY,
            "payload": {
                "type": "transcription.succeeded",
                "timestamp": "2026-12-01T09:30:00+00:00",
                "data": {
                    "id": "tr_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f",
                    "status": "succeeded",
                    "links": {"self": "/v1/transcriptions/tr_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f"},
                },
            },
        }
    )
    payload: dict[str, Any] = Field(description="What is sent.")


class DeliveryPage(BaseModel):
    model_config = _example({"items": [_DELIVERY], "next": None})
    items: list[DeliveryOut]
    next: str | None
