"""Giving a transcript to somebody by a link: make one, see what was done with it, end it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import streamlit as st

from ui import wire
from ui import wire_sharing as links
from ui.parts import problems, session, words
from ui.parts.html import html, joined, show
from ui.words import later, many, say

ROLES = {
    "view": later("Read, listen, download"),
    "comment": later("The same, and comment"),
    "edit": later("The same, and correct the text"),
}
_DONE = {
    "opened": later("opened"),
    "commented": later("commented"),
    "edited": later("corrected"),
    "exported": later("downloaded"),
    "refused": later("refused"),
}
_REFUSED = {
    "share_revoked": later("refused: the link had been ended"),
    "share_expired": later("refused: the link had expired"),
    "share_role": later("refused: the link does not allow it"),
}
_DAYS = (1, 7, 14, 30, 90)


@st.fragment
def sharing(job: wire.Transcription) -> None:
    """One quiet button; what it opens asks the API only when it is drawn."""
    with st.popover(say("Share"), type="tertiary", key=f"share-{job.id}"), problems.told():
        found = session.client().shares(job.id)
        _reach(found.reach)
        made = st.session_state.get(_key(job, "made"))
        if made is not None:
            _told(made)
        _ask(job, found)
        if found.items:
            show('<div class="l-section">Links to this transcript</div>')
        for each in found.items:
            _line(job, each)


def _reach(reach: str) -> None:
    # Ch 29 · Transparency and Accountability: who can open a link is said before it is made
    if reach == "public address":
        text = say(
            "Whoever has a link can open this transcript, with its recording, and nothing else"
            " of yours. Give it to those it is meant for."
        )
    else:
        text = say(
            "This product listens on this computer only: a link opens here, and nowhere else."
            " To let others open links, give the product an address that they reach"
            " (LECTERN_PUBLIC_ADDRESS; the README says how)."
        )
    show('<p class="l-quiet">{text}</p>', text=text)


def _ask(job: wire.Transcription, found: links.Shares) -> None:
    st.selectbox(
        say("What it allows"),
        list(ROLES),
        format_func=lambda each: say(ROLES[each]),
        key=_key(job, "role"),
    )
    days = sorted({each for each in _DAYS if each <= found.max_share_days} | {found.share_days})
    st.selectbox(
        say("Ends after"),
        days,
        index=days.index(found.share_days),
        format_func=lambda each: words.several_days(each),
        key=_key(job, "days"),
    )
    st.text_input(
        say("For whom (only you see it)"),
        max_chars=100,
        key=_key(job, "label"),
        placeholder=say("Optional"),
    )
    st.button(say("Make a link"), on_click=_make, args=(job,), key=_key(job, "make"))


def _make(job: wire.Transcription) -> None:
    role, days, label = (st.session_state[_key(job, each)] for each in ("role", "days", "label"))
    # A minute less: the longest time allowed is counted from when the API hears of it
    until = datetime.now(UTC) + timedelta(days=days) - timedelta(minutes=1)
    with problems.announced():
        made = session.client().make_share(job.id, role=role, label=label, expires_at=until)
        st.session_state[_key(job, "made")] = made
        st.session_state[_key(job, "label")] = ""


def _told(made: links.ShareMade) -> None:
    show(
        '<p class="l-note-summary">The link</p>'
        '<p class="l-quiet">Copy it now: it is not kept and cannot be shown again.</p>'
    )
    st.code(made.link, language=None, wrap_lines=True)


def _line(job: wire.Transcription, share: links.Share) -> None:
    done = [
        f"{say(what)} {many(getattr(share, deed), '{count} time', '{count} times')}"
        for deed, what in _DONE.items()
        if getattr(share, deed)
    ]
    show(
        '<div class="l-row"><p class="l-name">{label}</p><p class="l-quiet">{role} · {until}</p>'
        '<p class="l-quiet">{done}</p></div>',
        label=share.label or say("Without a label"),
        role=say(ROLES.get(share.role, share.role)),
        until=_until(share),
        done=", ".join(done) if done else say("Not used yet"),
    )
    with st.container(horizontal=True):
        if share.state == "open":
            st.button(
                say("End it"),
                type="tertiary",
                on_click=_end,
                args=(job, share.id),
                key=_key(job, "end", share.id),
            )
        opened = bool(done) and st.toggle(say("What was done"), key=_key(job, "done", share.id))
    if opened:
        _events(job, share)


def _until(share: links.Share) -> str:
    if share.revoked_at is not None:
        return say("ended {time}", time=words.moment(share.revoked_at))
    at = words.moment(share.expires_at)
    if share.state == "expired":
        return say("expired {time}", time=at)
    return say("until {time}", time=at)


def _events(job: wire.Transcription, share: links.Share) -> None:
    found = session.client().share_events(job.id, share.id)
    lines = [
        html("<li>{at}: {what}</li>", at=words.moment(each.at), what=_what(each))
        for each in found.items
    ]
    show('<ul class="l-facts">{lines}</ul>', lines=joined(lines))
    if found.next:
        show('<p class="l-quiet">Older ones are not shown here.</p>')
    show('<p class="l-quiet">Nothing is kept about who it was, or from where.</p>')


def _what(event: links.ShareEvent) -> str:
    match event.deed:
        case "exported" if event.about:
            return say("downloaded as {format}", format=event.about)
        case "refused" if event.about in _REFUSED:
            return say(_REFUSED[event.about])
        case "edited" if event.about:
            return say("corrected (change {number})", number=event.about)
    return say(_DONE.get(event.deed, event.deed))


def _end(job: wire.Transcription, share_id: str) -> None:
    with problems.announced():
        session.client().end_share(job.id, share_id)
        made = st.session_state.get(_key(job, "made"))
        if made is not None and made.id == share_id:
            del st.session_state[_key(job, "made")]


def _key(job: wire.Transcription, *of: str) -> str:
    return "-".join(("share", job.id, *of))
