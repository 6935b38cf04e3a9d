"""Receivers of messages over HTTP: make, list, change, remove, try out, look into."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from app.context import Context, ContextDep
from app.projects.documented import problems
from app.webhooks import read, service
from app.webhooks.addresses import Policy, networks
from app.webhooks.kinds import SUBSCRIBABLE
from app.webhooks.schemas import (
    DeliveryPage,
    DeliveryWithPayload,
    WebhookChange,
    WebhookIn,
    WebhookList,
    WebhookOut,
    WebhookWithSecret,
)
from app.webhooks.tables import DeliveryState

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])
WebhookId = Annotated[str, Path(max_length=64, examples=["wh_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f"])]
DeliveryId = Annotated[str, Path(max_length=64, examples=["whd_0193c2f0a1b27c3d8e4f5a6b7c8d9e0f"])]
_NO_WEBHOOK = {404: ("webhook_not_found", "There is no such webhook, or no such delivery.")}
_BAD_URL = {422: ("bad_webhook_url", "Nothing is sent to this address; the answer says why.")}
NOT_FOUND = problems(_NO_WEBHOOK)
CHANGED = problems(_NO_WEBHOOK | _BAD_URL)
PAUSED = problems(_NO_WEBHOOK | {409: ("webhook_paused", "It is paused; resume it first.")})
MADE = problems(_BAD_URL | {409: ("too_many_webhooks", "There are too many; remove one.")})
LISTED = problems(_NO_WEBHOOK | {400: ("bad_cursor", "The cursor is none of ours.")})


@router.get("", responses=problems(), summary="List webhooks")
def list_webhooks(context: ContextDep) -> WebhookList:
    """All receivers with their health, the oldest first."""
    with context.database.read() as session:
        found = [read.webhook(session, each) for each in service.everything(session)]
    return WebhookList(items=found, types=list(SUBSCRIBABLE))


@router.post("", status_code=201, responses=MADE, summary="Add a webhook")
def create_webhook(given: WebhookIn, response: Response, context: ContextDep) -> WebhookWithSecret:
    """Have messages sent to an address; the answer has the secret, this one time."""
    url = service.checked(given.url, policy(context))
    made = context.database.transact(
        lambda session: read.with_secret(
            session, service.create(session, url, given.description, given.events)
        )
    )
    response.headers["Location"] = f"/v1/webhooks/{made.id}"
    response.headers["Cache-Control"] = "no-store"
    return made


@router.get("/{webhook_id}", responses=NOT_FOUND, summary="Read a webhook")
def read_webhook(webhook_id: WebhookId, context: ContextDep) -> WebhookOut:
    """A receiver and how it is."""
    with context.database.read() as session:
        return read.webhook(session, service.get(session, webhook_id))


@router.patch("/{webhook_id}", responses=CHANGED, summary="Change, pause or resume a webhook")
def change_webhook(webhook_id: WebhookId, given: WebhookChange, context: ContextDep) -> WebhookOut:
    """Change address, description or events; pause it, or resume it."""
    url = None if given.url is None else service.checked(given.url, policy(context))
    return context.database.transact(
        lambda session: read.webhook(
            session,
            service.change(
                session,
                webhook_id,
                url=url,
                description=given.description,
                events=given.events,
                state=given.state,
            ),
        )
    )


@router.delete("/{webhook_id}", status_code=204, responses=NOT_FOUND, summary="Remove a webhook")
def remove_webhook(webhook_id: WebhookId, context: ContextDep) -> Response:
    """Send nothing more to it; its secret and its deliveries are deleted."""
    context.database.transact(lambda session: service.remove(session, webhook_id))
    return Response(status_code=204)


@router.post("/{webhook_id}/rotate", responses=NOT_FOUND, summary="Make a new secret")
def rotate_secret(
    webhook_id: WebhookId, response: Response, context: ContextDep
) -> WebhookWithSecret:
    """A new secret, shown this one time; for a day messages are signed with the old one as well."""
    response.headers["Cache-Control"] = "no-store"
    return context.database.transact(
        lambda session: read.with_secret(session, service.rotate(session, webhook_id))
    )


@router.post("/{webhook_id}/test", status_code=202, responses=PAUSED, summary="Send a test message")
def test_webhook(
    webhook_id: WebhookId, response: Response, context: ContextDep
) -> DeliveryWithPayload:
    """Send a message of type `webhook.test` to it alone; `Location` says what became of it."""
    made = context.database.transact(
        lambda session: read.whole_delivery(session, service.test(session, webhook_id))
    )
    response.headers["Location"] = f"/v1/webhooks/{webhook_id}/deliveries/{made.id}"
    return made


@router.get("/{webhook_id}/deliveries", responses=LISTED, summary="List deliveries")
def list_deliveries(
    webhook_id: WebhookId,
    context: ContextDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: str | None = None,
    state: Annotated[list[DeliveryState] | None, Query()] = None,
) -> DeliveryPage:
    """What was sent to it and what it answered, the newest first."""
    with context.database.read() as session:
        found, following = service.deliveries(
            session, webhook_id, limit=limit, cursor=cursor, states=state or []
        )
        return DeliveryPage(items=read.deliveries(session, found), next=following)


@router.get(
    "/{webhook_id}/deliveries/{delivery_id}", responses=NOT_FOUND, summary="Read a delivery"
)
def read_delivery(
    webhook_id: WebhookId, delivery_id: DeliveryId, context: ContextDep
) -> DeliveryWithPayload:
    """One message to one receiver, with what is sent."""
    with context.database.read() as session:
        return read.whole_delivery(session, service.delivery(session, webhook_id, delivery_id))


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/redeliver",
    status_code=202,
    responses=PAUSED,
    summary="Send a message again",
)
def redeliver(
    webhook_id: WebhookId, delivery_id: DeliveryId, context: ContextDep
) -> DeliveryWithPayload:
    """Send it once more, at once and under the same `webhook-id`."""
    return context.database.transact(
        lambda session: read.whole_delivery(
            session, service.redeliver(session, webhook_id, delivery_id)
        )
    )


def policy(context: Context) -> Policy:
    """Which addresses are allowed here."""
    return Policy(networks(context.settings.webhook_networks))
