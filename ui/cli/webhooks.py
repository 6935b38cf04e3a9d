"""`lectern webhooks …`: who is told, with which secret, and what they answered."""

from __future__ import annotations

import time
from collections.abc import Sequence

from ui import wire_webhooks
from ui.cli.api import CommandClient
from ui.cli.asking import changed, say, tell
from ui.cli.exits import Exit

PATIENCE_S = 30.0
"""For the answer to a test: longer than a receiver may take."""
_POLL_S = 0.3


def everything(*, as_json: bool) -> Exit:
    """Raises `Stop`: no product runs."""
    found = changed(lambda client: client.webhooks())
    if as_json:
        tell(found.model_dump(mode="json"))
        return Exit.FINE
    if not found.items:
        say("Nobody is told of anything yet: lectern webhooks add URL")
    for each in found.items:
        say(f"{each.id}  {each.url}  {_health(each)}")
    return Exit.FINE


def add(url: str, description: str, events: Sequence[str], *, as_json: bool) -> Exit:
    """Raises `Stop`: no product runs, or nothing is sent to such an address."""
    made = changed(lambda client: client.add_webhook(url, description, events))
    _secret(made, as_json)
    return Exit.FINE


def rotate(webhook: str, *, as_json: bool) -> Exit:
    """Raises `Stop`: no product runs, or there is no such webhook."""
    made = changed(lambda client: client.rotate_webhook(webhook))
    _secret(made, as_json)
    return Exit.FINE


def test(webhook: str, *, as_json: bool) -> Exit:
    """Raises `Stop`: no product runs, there is no such webhook, or it is paused."""

    def sent(client: CommandClient) -> wire_webhooks.Delivery:
        made = client.test_webhook(webhook)
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            told = client.delivery(webhook, made.id)
            if told.state != "pending" or _answered(told):
                return told
            time.sleep(_POLL_S)
        return client.delivery(webhook, made.id)

    told = changed(sent)
    if as_json:
        tell(told.model_dump(mode="json"))
    else:
        say(f"{told.type}: {told.outcome}")
    return Exit.FINE if told.state == "succeeded" else Exit.SOME_FAILED


def switch(webhook: str, state: str, *, as_json: bool) -> Exit:
    """Raises `Stop`: no product runs, or there is no such webhook."""
    now = changed(lambda client: client.set_webhook_state(webhook, state))
    if as_json:
        tell(now.model_dump(mode="json"))
    else:
        say(f"{now.url}: {_health(now)}")
    return Exit.FINE


def remove(webhook: str, *, as_json: bool) -> Exit:
    """Raises `Stop`: no product runs, or there is no such webhook."""
    changed(lambda client: client.remove_webhook(webhook))
    if as_json:
        tell({"removed": webhook})
    else:
        say("Nothing is sent there any more.")
    return Exit.FINE


def deliveries(webhook: str, limit: int, again: str | None, *, as_json: bool) -> Exit:
    """Raises `Stop`: no product runs, there is no such webhook or delivery, or it is paused."""
    if again is not None:
        told = changed(lambda client: client.redeliver(webhook, again))
        found = [told]
    else:
        found = changed(lambda client: client.deliveries(webhook, limit=limit)).items
    if as_json:
        tell({"items": [each.model_dump(mode="json") for each in found]})
        return Exit.FINE
    for each in found:
        when = each.created_at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        say(f"{each.id}  {when}  {each.type}  {each.state}, {each.outcome}")
    if not found:
        say("Nothing was sent to it yet.")
    return Exit.FINE


def _answered(told: wire_webhooks.Delivery) -> bool:
    return bool(told.attempts) and told.attempts[-1].duration_s is not None


def _health(each: wire_webhooks.Webhook) -> str:
    if each.state == "paused":
        return f"paused: {each.paused_detail}"
    if each.failures:
        return f"{each.failures} attempts failed in a row, {each.waiting} messages wait"
    return "fine" if each.last_success_at else "nothing sent yet"


def _secret(made: wire_webhooks.WithSecret, as_json: bool) -> None:
    if as_json:
        tell(made.model_dump(mode="json"))
        return
    say(f"{made.id}  {made.url}")
    say(f"Its secret, shown this one time: {made.secret}")
