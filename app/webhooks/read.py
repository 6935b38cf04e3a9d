"""Rows as people see them: a receiver's health, a delivery's attempts. Never a secret."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.clock import now
from app.webhooks.schemas import (
    AttemptOut,
    DeliveryOut,
    DeliveryWithPayload,
    WebhookOut,
    WebhookWithSecret,
)
from app.webhooks.tables import Delivery, DeliveryAttempt, DeliveryState, Event, Webhook


def webhook(session: Session, row: Webhook) -> WebhookOut:
    waiting = select(func.count(col(Delivery.id))).where(
        Delivery.webhook_id == row.id, Delivery.state == DeliveryState.PENDING
    )
    old_until = row.old_secret_until
    return WebhookOut(
        waiting=session.exec(waiting).one(),
        old_secret_until=old_until if old_until and old_until > now() else None,
        **row.model_dump(exclude={"secret", "old_secret", "old_secret_until"}),
    )


def with_secret(session: Session, row: Webhook) -> WebhookWithSecret:
    """For the one answer that has it: to whoever made the receiver, or its new secret."""
    return WebhookWithSecret(**webhook(session, row).model_dump(), secret=row.secret)


def deliveries(session: Session, rows: Sequence[Delivery]) -> list[DeliveryOut]:
    events = {
        each.id: each
        for each in session.exec(
            select(Event).where(col(Event.id).in_([row.event_id for row in rows]))
        )
    }
    attempts: dict[str, list[DeliveryAttempt]] = {row.id: [] for row in rows}
    made = select(DeliveryAttempt).where(col(DeliveryAttempt.delivery_id).in_(list(attempts)))
    for attempt in session.exec(made.order_by(col(DeliveryAttempt.number))):
        attempts[attempt.delivery_id].append(attempt)
    return [_delivery(row, events[row.event_id], attempts[row.id]) for row in rows]


def whole_delivery(session: Session, row: Delivery) -> DeliveryWithPayload:
    told = deliveries(session, [row])[0]
    body = session.get_one(Event, row.event_id).body
    return DeliveryWithPayload(**told.model_dump(), payload=json.loads(body))


def _delivery(row: Delivery, event: Event, attempts: Iterable[DeliveryAttempt]) -> DeliveryOut:
    return DeliveryOut(
        id=row.id,
        message_id=event.id,
        type=event.type,
        state=row.state,
        next_attempt_at=row.due_at if row.state is DeliveryState.PENDING else None,
        created_at=row.created_at,
        finished_at=row.finished_at,
        attempts=[
            AttemptOut(
                number=each.number,
                started_at=each.created_at,
                status=each.status,
                duration_s=each.duration_s,
                answer=each.answer,
                error=each.error,
            )
            for each in attempts
        ],
    )
