"""What people do with receivers and with what was sent to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from app.clock import now
from app.cursors import newest
from app.errors import Conflict, NotFound, Unprocessable
from app.ids import new_id
from app.tables import LOCAL_ORGANISATION
from app.webhooks import signing
from app.webhooks.addresses import Policy, Refused, Unknown, taken_apart
from app.webhooks.announcing import hand_over, record
from app.webhooks.kinds import EventType
from app.webhooks.tables import (
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    Event,
    PausedBecause,
    Webhook,
    WebhookState,
)

MAX_WEBHOOKS = 32


def checked(url: str, policy: Policy) -> str:
    """The address, normalised. Raises `Unprocessable`.

    A name that stands for nothing today may do so tomorrow: it is taken, and checked at each
    attempt, as the others are.
    """
    try:
        target = taken_apart(url)
        policy.resolved(target)
    except Unknown:
        pass
    except Refused as error:
        raise Unprocessable(code="bad_webhook_url", detail=f"{error} Nothing was kept.") from error
    return target.url


def create(session: Session, url: str, description: str, events: Sequence[EventType]) -> Webhook:
    """A new receiver, with a new secret. Raises `Conflict` when there are too many."""
    everybody = select(func.count(col(Webhook.id))).where(
        Webhook.organisation_id == LOCAL_ORGANISATION
    )
    if session.exec(everybody).one() >= MAX_WEBHOOKS:
        raise Conflict(
            code="too_many_webhooks",
            detail=f"There are {MAX_WEBHOOKS} receivers already, and no more are possible. Remove"
            " one that is no longer used.",
        )
    made = Webhook(
        id=new_id("wh"),
        url=url,
        description=description,
        events=_in_order(events),
        secret=signing.new_secret(),
    )
    session.add(made)
    session.flush()
    return made


def get(session: Session, webhook_id: str, *, locked: bool = False) -> Webhook:
    """Raises `NotFound`."""
    found = session.get(Webhook, webhook_id, with_for_update=locked or None)
    if found is None:
        raise NotFound(code="webhook_not_found", detail=f"There is no webhook {webhook_id[:64]!r}.")
    return found


def everything(session: Session) -> Sequence[Webhook]:
    """The oldest first."""
    return session.exec(select(Webhook).order_by(col(Webhook.created_at), col(Webhook.id))).all()


def change(
    session: Session,
    webhook_id: str,
    *,
    url: str | None = None,
    description: str | None = None,
    events: Sequence[EventType] | None = None,
    state: WebhookState | None = None,
) -> Webhook:
    """Change what is given. Raises `NotFound`."""
    found = get(session, webhook_id, locked=True)
    found.url = found.url if url is None else url
    found.description = found.description if description is None else description
    found.events = found.events if events is None else _in_order(events)
    if state is WebhookState.PAUSED and found.state is not state:
        set_paused(found, PausedBecause.ASKED, "It was paused by hand.")
    if state is WebhookState.ENABLED and found.state is not state:
        resume(found)
    return found


def set_paused(webhook: Webhook, because: PausedBecause, detail: str) -> None:
    webhook.state, webhook.paused_at = WebhookState.PAUSED, now()
    webhook.paused_because, webhook.paused_detail = because.value, detail[:500]


def resume(webhook: Webhook) -> None:
    """Send again, what was kept meanwhile included. The failures of before are forgiven."""
    webhook.state = WebhookState.ENABLED
    webhook.paused_at = webhook.paused_because = webhook.paused_detail = None
    webhook.failures, webhook.failing_since = 0, None


def rotate(session: Session, webhook_id: str) -> Webhook:
    """A new secret; messages are signed with the old one as well for a day. Raises `NotFound`."""
    found = get(session, webhook_id, locked=True)
    found.old_secret, found.secret = found.secret, signing.new_secret()
    found.old_secret_until = now() + signing.OLD_SECRET_KEPT
    return found


def remove(session: Session, webhook_id: str) -> None:
    """With everything that was sent and waits to be sent. Raises `NotFound`."""
    # Ch 28 · Security and Privacy: with a receiver go its secret and all it ever answered
    found = get(session, webhook_id, locked=True)
    _remove_deliveries(session, select(Delivery.id).where(Delivery.webhook_id == webhook_id))
    session.delete(found)


def test(session: Session, webhook_id: str) -> Delivery:
    """Send a message that means nothing to this receiver alone. Raises `NotFound`, `Conflict`."""
    found = get(session, webhook_id, locked=True)
    _must_be_enabled(found)
    event = record(
        session,
        EventType.TEST,
        found.id,
        {"id": found.id, "links": {"self": f"/v1/webhooks/{found.id}"}},
        found.owner_id,
        found.organisation_id,
    )
    made = hand_over(session, event, found)
    session.flush()
    return made


def delivery(session: Session, webhook_id: str, delivery_id: str) -> Delivery:
    """Raises `NotFound`."""
    found = session.get(Delivery, delivery_id, populate_existing=True)
    if found is None or found.webhook_id != webhook_id:
        get(session, webhook_id)
        raise NotFound(
            code="delivery_not_found",
            detail=f"This webhook has no delivery {delivery_id[:64]!r}. They are kept for some"
            " weeks.",
        )
    return found


def redeliver(session: Session, webhook_id: str, delivery_id: str) -> Delivery:
    """Send it once more, at once, under the same id. Raises `NotFound`, `Conflict`."""
    webhook = get(session, webhook_id, locked=True)
    _must_be_enabled(webhook)
    found = delivery(session, webhook_id, delivery_id)
    found.state, found.finished_at = DeliveryState.PENDING, None
    found.failures, found.due_at = 0, now()
    return found


def deliveries(
    session: Session,
    webhook_id: str,
    *,
    limit: int,
    cursor: str | None,
    states: Sequence[DeliveryState] = (),
) -> tuple[list[Delivery], str | None]:
    """The newest first; the second value continues the list. Raises `NotFound`, `BadRequest`."""
    get(session, webhook_id)
    query = select(Delivery).where(Delivery.webhook_id == webhook_id)
    if states:
        query = query.where(col(Delivery.state).in_(states))
    return newest(session, query, Delivery, limit=limit, cursor=cursor)


def forget_old(session: Session, days: float) -> None:
    """Events of long ago, and what was sent about them, or could not be."""
    old = select(Event.id).where(col(Event.created_at) < now() - timedelta(days=days))
    _remove_deliveries(session, select(Delivery.id).where(col(Delivery.event_id).in_(old)))
    session.execute(delete(Event).where(col(Event.created_at) < now() - timedelta(days=days)))
    # Queued by a transaction that did not yet know that the receiver was removed
    gone = select(Delivery.id).where(col(Delivery.webhook_id).not_in(select(Webhook.id)))
    _remove_deliveries(session, gone)


def _remove_deliveries(session: Session, which: object) -> None:
    session.execute(
        delete(DeliveryAttempt).where(col(DeliveryAttempt.delivery_id).in_(which))  # type: ignore[arg-type]
    )
    session.execute(delete(Delivery).where(col(Delivery.id).in_(which)))  # type: ignore[arg-type]


def _must_be_enabled(webhook: Webhook) -> None:
    if webhook.state is not WebhookState.ENABLED:
        raise Conflict(
            code="webhook_paused",
            detail="This webhook is paused, so nothing is sent to it. What happens meanwhile is"
            f" kept. Resume it first. {webhook.paused_detail or ''}".strip(),
        )


def _in_order(events: Sequence[EventType]) -> list[str]:
    return [each.value for each in EventType if each in events]
