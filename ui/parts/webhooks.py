"""Webhooks on the page: a list with the health of each, their deliveries, and one to add."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from ui import wire_webhooks
from ui.parts import problems, session
from ui.parts.html import show

DELIVERIES = 10
_SECRET = "webhook-secret"  # noqa: S105
_URL, _ABOUT, _TYPES = "webhook-url", "webhook-about", "webhook-types"


def secret() -> None:
    """The secret that was just made, this one time."""
    made: tuple[str, str] | None = st.session_state.pop(_SECRET, None)
    if made is None:
        return
    url, value = made
    show(
        '<p role="status">The secret of <strong>{url}</strong>, with which the receiver verifies'
        " what it gets. It is shown this one time; keep it where the receiver finds it.</p>",
        url=url,
    )
    st.code(value, language=None)


def listed(items: Sequence[wire_webhooks.Webhook]) -> None:
    st.html('<h2 class="l-section">Webhooks</h2>')
    if not items:
        show(
            '<div class="l-empty"><p>No program is told of anything yet.</p>'
            '<p class="l-quiet">A webhook is an address that gets a signed message when a'
            " transcript is ready, has failed or is final. The message has the transcript's id,"
            " never its text. Add the first one below.</p></div>"
        )
    for each in items:
        _one(each)


def adding(types: Sequence[str]) -> None:
    """A form for one more."""
    st.html('<h2 class="l-section">Add one</h2>')
    st.text_input("Address", key=_URL, placeholder="https://hooks.example.org/lectern")
    st.text_input("What it is for", key=_ABOUT, max_chars=255)
    st.multiselect("Told of", types, key=_TYPES, placeholder="Everything")
    st.button("Add", type="primary", key="webhook-add", on_click=_add)


def _one(each: wire_webhooks.Webhook) -> None:
    show(
        '<p><strong>{url}</strong><br><span class="l-quiet">{about}{health}</span></p>',
        url=each.url,
        about=f"{each.description} · " if each.description else "",
        health=health(each),
    )
    paused = each.state == "paused"
    with st.container(horizontal=True):
        st.button(
            "Resume" if paused else "Pause",
            key=f"webhook-state-{each.id}",
            on_click=_switch,
            args=(each.id, "enabled" if paused else "paused"),
        )
        test, new = f"webhook-test-{each.id}", f"webhook-rotate-{each.id}"
        st.button("Send a test", key=test, on_click=_test, args=(each.id,), disabled=paused)
        st.button("New secret", key=new, on_click=_rotate, args=(each.id,))
        with st.popover("Remove"):
            show("<p>Its secret and the list of what was sent go with it.</p>")
            gone = f"webhook-remove-{each.id}"
            st.button("Remove this webhook", key=gone, on_click=_remove, args=(each.id,))
    if st.toggle("What was sent", key=f"webhook-sent-{each.id}"):
        _sent(each)


@st.fragment(run_every=3)
def _sent(each: wire_webhooks.Webhook) -> None:
    found = session.client().deliveries(each.id, limit=DELIVERIES).items
    if not found:
        show('<p class="l-quiet">Nothing was sent to it yet.</p>')
    for told in found:
        line, button = st.columns([4, 1], vertical_alignment="center")
        with line:
            show(
                '<p>{type} <span class="l-quiet">{when} · {outcome}{next}</span></p>',
                type=told.type,
                when=_at(told.created_at),
                outcome=told.outcome,
                next=_next(told),
            )
        button.button(
            "Send again",
            key=f"webhook-again-{told.id}",
            on_click=_again,
            args=(each.id, told.id),
            disabled=each.state == "paused",
            width="stretch",
        )


def health(each: wire_webhooks.Webhook) -> str:
    """How it is, in a sentence."""
    waits = f" {each.waiting} messages wait." if each.waiting else ""
    if each.state == "paused":
        return f"Paused. {each.paused_detail or ''}{waits}"
    if each.failures and each.failing_since:
        since = _at(each.failing_since)
        return f"Has accepted nothing since {since}, in {each.failures} attempts.{waits}"
    if each.last_success_at:
        return f"Fine; the last message was accepted {_at(each.last_success_at)}.{waits}"
    return f"Nothing was sent to it yet.{waits}"


def _next(told: wire_webhooks.Delivery) -> str:
    if told.state == "pending" and told.attempts and told.next_attempt_at:
        return f" · tried again {_at(told.next_attempt_at)}"
    return " · given up" if told.state == "failed" else ""


def _at(when: datetime) -> str:
    return when.astimezone().strftime("%d %b, %H:%M:%S")


def _add() -> None:
    state = st.session_state
    with problems.announced():
        made = session.client().add_webhook(state[_URL], state[_ABOUT], state[_TYPES])
        state[_SECRET] = (made.url, made.secret)
        state[_URL], state[_ABOUT], state[_TYPES] = "", "", []


def _switch(webhook_id: str, to: str) -> None:
    with problems.announced():
        session.client().set_webhook_state(webhook_id, to)


def _test(webhook_id: str) -> None:
    with problems.announced():
        session.client().test_webhook(webhook_id)
        st.session_state[f"webhook-sent-{webhook_id}"] = True


def _rotate(webhook_id: str) -> None:
    with problems.announced():
        made = session.client().rotate_webhook(webhook_id)
        st.session_state[_SECRET] = (made.url, made.secret)


def _remove(webhook_id: str) -> None:
    with problems.announced():
        session.client().remove_webhook(webhook_id)


def _again(webhook_id: str, delivery_id: str) -> None:
    with problems.announced():
        session.client().redeliver(webhook_id, delivery_id)
