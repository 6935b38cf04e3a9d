"""Signatures by Standard Webhooks, made by its own library."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime, timedelta

from standardwebhooks.webhooks import Webhook as Signer

from app.webhooks.tables import Webhook

PREFIX = "whsec_"
SECRET_BYTES = 32
OLD_SECRET_KEPT = timedelta(hours=24)
"""After a rotation messages carry two signatures for so long."""


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def headers(webhook: Webhook, message_id: str, at: datetime, body: str) -> dict[str, str]:
    """The three headers; `at` is the time of this attempt, by which old messages are refused.

    https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
    """
    keys = [webhook.secret]
    if webhook.old_secret and webhook.old_secret_until and at < webhook.old_secret_until:
        keys.append(webhook.old_secret)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Signer(key).sign(message_id, at, body) for key in keys),
    }
