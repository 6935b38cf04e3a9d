"""Write down what happened, inside the transaction in which it happens."""

# Ch 12 · Scaling the System: a change and the message about it are committed together or not at all

from __future__ import annotations

import json
from typing import Any

from sqlmodel import Session, select

from app.clock import now
from app.ids import new_id
from app.tables import LOCAL_ACCOUNT, LOCAL_ORGANISATION
from app.webhooks.kinds import ENDS, EventType
from app.webhooks.tables import Delivery, Event, Webhook


def announce(
    session: Session,
    kind: EventType,
    subject_id: str,
    data: dict[str, Any],
    *,
    owner_id: str = LOCAL_ACCOUNT,
    organisation_id: str = LOCAL_ORGANISATION,
    project_id: str | None = None,
) -> Event:
    """Tell every receiver of the organisation that wants to know, after the commit.

    `data` are plain JSON values; ids and addresses, never the text of a transcript or the name of
    a file: what a receiver may read, it fetches with a key of its own.
    """
    # Ch 28 · Security and Privacy: messages say what happened to which id, never what was said
    event = record(session, kind, subject_id, data, owner_id, organisation_id, project_id)
    wanting = select(Webhook).where(Webhook.organisation_id == organisation_id)
    for webhook in session.exec(wanting):
        if not webhook.events or kind in webhook.events:
            hand_over(session, event, webhook)
    return event


def record(
    session: Session,
    kind: EventType,
    subject_id: str,
    data: dict[str, Any],
    owner_id: str,
    organisation_id: str,
    project_id: str | None = None,
) -> Event:
    """Only write it down."""
    happened = now()
    told = {"type": kind.value, "timestamp": happened.isoformat(), "data": data}
    event = Event(
        id=new_id("msg"),
        organisation_id=organisation_id,
        owner_id=owner_id,
        project_id=project_id,
        type=kind,
        subject_id=subject_id,
        body=json.dumps(told, ensure_ascii=False, separators=(",", ":")),
        told_in=None if kind in ENDS else "",
        created_at=happened,
    )
    session.add(event)
    return event


def hand_over(session: Session, event: Event, webhook: Webhook) -> Delivery:
    """Queue the message about `event` for one receiver."""
    delivery = Delivery(
        id=new_id("whd"),
        organisation_id=webhook.organisation_id,
        webhook_id=webhook.id,
        event_id=event.id,
    )
    session.add(delivery)
    return delivery
