"""Webhooks on the page: a list with the health of each, their deliveries, and one to add."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ui import wire_webhooks
from ui.parts import problems, session, words
from ui.parts.html import show
from ui.words import many, said_by_api, say

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
    show('<h2 class="l-section">Webhooks</h2>')
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
    show('<h2 class="l-section">Add one</h2>')
    st.text_input(say("Address"), key=_URL, placeholder="https://hooks.example.org/lectern")
    st.text_input(say("What it is for"), key=_ABOUT, max_chars=255)
    st.multiselect(say("Told of"), types, key=_TYPES, placeholder=say("Everything"))
    st.button(say("Add"), type="primary", key="webhook-add", on_click=_add)


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
            say("Resume") if paused else say("Pause"),
            key=f"webhook-state-{each.id}",
            on_click=_switch,
            args=(each.id, "enabled" if paused else "paused"),
        )
        test, new = f"webhook-test-{each.id}", f"webhook-rotate-{each.id}"
        st.button(say("Send a test"), key=test, on_click=_test, args=(each.id,), disabled=paused)
        st.button(say("New secret"), key=new, on_click=_rotate, args=(each.id,))
        with st.popover(say("Remove")):
            show("<p>Its secret and the list of what was sent go with it.</p>")
            gone = f"webhook-remove-{each.id}"
            st.button(say("Remove this webhook"), key=gone, on_click=_remove, args=(each.id,))
    if st.toggle(say("What was sent"), key=f"webhook-sent-{each.id}"):
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
                '<p>{type} <span class="l-quiet">{when} · {outcome}</span></p>',
                type=told.type,
                when=words.moment(told.created_at),
                outcome=_outcome(told),
            )
        button.button(
            say("Send again"),
            key=f"webhook-again-{told.id}",
            on_click=_again,
            args=(each.id, told.id),
            disabled=each.state == "paused",
            width="stretch",
        )


def health(each: wire_webhooks.Webhook) -> str:
    """How it is, in a sentence or two."""
    told = _health(each)
    if not each.waiting:
        return told
    return told + " " + many(each.waiting, "{count} message waits.", "{count} messages wait.")


def _health(each: wire_webhooks.Webhook) -> str:
    if each.state == "paused":
        return say("Paused. {why}", why=said_by_api(each.paused_detail or ""))
    if each.failures and each.failing_since:
        since = words.moment(each.failing_since)
        return say(
            "Has accepted nothing since {since}; attempts: {count}.",
            since=since,
            count=each.failures,
        )
    if each.last_success_at:
        when = words.moment(each.last_success_at)
        return say("Fine; the last message was accepted {when}.", when=when)
    return say("Nothing was sent to it yet.")


def _outcome(told: wire_webhooks.Delivery) -> str:
    if not told.attempts:
        return say("not sent yet")
    last = told.attempts[-1]
    if last.status is not None:
        answered = say("answered {status}", status=last.status)
    else:
        answered = last.error or say("no answer yet")
    if told.state == "failed":
        return say("{answered} · given up", answered=answered)
    if told.state == "pending" and told.next_attempt_at:
        when = words.moment(told.next_attempt_at)
        return say("{answered} · tried again {when}", answered=answered, when=when)
    return answered


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
