"""One attempt at one message: taken, sent, written down.

An attempt is written down before anything is sent. If the process dies over it, the message is
due again when the lease runs out: a receiver may hear it twice, under the same `webhook-id`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from app.clock import now
from app.context import Context
from app.ids import new_id
from app.settings import Settings
from app.webhooks import schedule, service, signing
from app.webhooks.addresses import Policy, Refused, taken_apart
from app.webhooks.connecting import Answer, post
from app.webhooks.tables import (
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    Event,
    PausedBecause,
    Webhook,
    WebhookState,
)

LEASE = timedelta(seconds=120)
"""Longer than any attempt takes."""
FEWEST_FAILURES = 5
"""Attempts that must have failed, however long it took, before a receiver is paused."""
GONE = 410
AGENT = "Lectern-Webhooks/1"


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent now, and whose turn it is to write down what became of it."""

    webhook_id: str
    delivery_id: str
    attempt_id: str
    fence: int
    url: str
    headers: dict[str, str]
    body: str


def waiting(session: Session) -> list[str]:
    """Receivers for which something is due, those that wait longest first."""
    query = (
        select(Delivery.webhook_id, Delivery.due_at)
        .join(Webhook, col(Webhook.id) == col(Delivery.webhook_id))
        .where(Delivery.state == DeliveryState.PENDING, col(Delivery.due_at) <= now())
        .where(Webhook.state == WebhookState.ENABLED)
        .order_by(col(Delivery.due_at))
        .limit(1000)
    )
    return list(dict.fromkeys(webhook_id for webhook_id, _ in session.exec(query)))


def take(session: Session, webhook_id: str) -> Message | None:
    """Lease the message that is due longest; None when none is, or the receiver is paused."""
    webhook = session.get(Webhook, webhook_id, with_for_update=True, populate_existing=True)
    if webhook is None or webhook.state is not WebhookState.ENABLED:
        return None
    query = (
        select(Delivery)
        .where(Delivery.webhook_id == webhook_id, Delivery.state == DeliveryState.PENDING)
        .where(col(Delivery.due_at) <= now())
        .order_by(col(Delivery.due_at), col(Delivery.id))
        .limit(1)
        .with_for_update()
    )
    delivery = session.exec(query).first()
    if delivery is None:
        return None
    event = session.get(Event, delivery.event_id)
    if event is None:  # forgotten since
        session.delete(delivery)
        return None
    delivery.fence += 1
    delivery.due_at = now() + LEASE
    attempt = DeliveryAttempt(
        id=new_id("wha"),
        organisation_id=delivery.organisation_id,
        delivery_id=delivery.id,
        number=delivery.fence,
    )
    session.add(attempt)
    return Message(
        webhook_id=webhook.id,
        delivery_id=delivery.id,
        attempt_id=attempt.id,
        fence=delivery.fence,
        url=webhook.url,
        headers=signing.headers(webhook, event.id, now(), event.body) | {"user-agent": AGENT},
        body=event.body,
    )


def send(message: Message, policy: Policy, timeout_s: float) -> Answer:
    """The address is checked again at every attempt."""
    try:
        target = taken_apart(message.url)
    except Refused as error:
        return Answer(None, 0.0, error=str(error))
    return post(target, message.body.encode(), message.headers, policy, timeout_s)


def write_down(
    session: Session,
    message: Message,
    answer: Answer,
    settings: Settings,
    chance: float = 0.5,
) -> None:
    """What became of the attempt. That of an attempt given up for lost counts if it arrived."""
    webhook = session.get(Webhook, message.webhook_id, with_for_update=True, populate_existing=True)
    delivery = session.get(
        Delivery, message.delivery_id, with_for_update=True, populate_existing=True
    )
    attempt = session.get(DeliveryAttempt, message.attempt_id)
    if webhook is None or delivery is None or attempt is None:
        return  # removed meanwhile
    attempt.status, attempt.duration_s = answer.status, answer.duration_s
    attempt.answer = answer.text or None
    attempt.error = (answer.error or "")[:500] or None
    if delivery.state is not DeliveryState.PENDING:
        return
    if answer.accepted:
        delivery.state, delivery.finished_at = DeliveryState.SUCCEEDED, now()
        webhook.failures, webhook.failing_since, webhook.last_success_at = 0, None, now()
        return
    if delivery.fence == message.fence:
        _failed(webhook, delivery, answer, settings, chance)


def _failed(
    webhook: Webhook, delivery: Delivery, answer: Answer, settings: Settings, chance: float
) -> None:
    at = now()
    delivery.failures += 1
    webhook.failures += 1
    webhook.failing_since = webhook.failing_since or at
    webhook.last_failure_at = at
    if answer.status == GONE:
        delivery.state, delivery.finished_at = DeliveryState.FAILED, at
        service.set_paused(
            webhook,
            PausedBecause.GONE,
            "The receiver answered 410: it wants no messages any more.",
        )
        return
    asked_s = schedule.asked_for_s(answer.retry_after, at)
    pause_s = schedule.pause_s(delivery.failures, settings.webhook_retry_s, asked_s, chance)
    if pause_s is None:
        delivery.state, delivery.finished_at = DeliveryState.FAILED, at
    else:
        delivery.due_at = at + timedelta(seconds=pause_s)
    if _hopeless(webhook, at, settings.webhook_pause_days):
        service.set_paused(
            webhook,
            PausedBecause.FAILING,
            f"Nothing but failures for {settings.webhook_pause_days:g} days, {webhook.failures} in"
            f" a row; the last one: {_in_words(answer)}",
        )


def _hopeless(webhook: Webhook, at: datetime, days: float) -> bool:
    since = webhook.failing_since or at
    return webhook.failures >= FEWEST_FAILURES and at - since >= timedelta(days=days)


def _in_words(answer: Answer) -> str:
    return f"status {answer.status}." if answer.status is not None else f"{answer.error}."


def deliver_all(
    context: Context, webhook_id: str, policy: Policy, go_on: Callable[[], bool]
) -> int:
    """Send whatever is due to one receiver, one after the other; returns how many."""
    sent = 0
    while go_on():
        message = context.database.transact(lambda session: take(session, webhook_id))
        if message is None:
            break
        answer = send(message, policy, context.settings.webhook_timeout_s)
        _keep(context, message, answer)
        sent += 1
    return sent


def _keep(context: Context, message: Message, answer: Answer) -> None:
    chance = schedule.any_chance()
    context.database.transact(
        lambda session: write_down(session, message, answer, context.settings, chance)
    )
