"""The list of transcriptions, page by page, with what can be done to each."""

from __future__ import annotations

import streamlit as st

from ui import wire
from ui.parts import dialog, jobs, problems, session
from ui.parts.html import show
from ui.words import say

PAGE = 20


def listing(cursor: str | None) -> None:
    """One page of the list; it follows running jobs by itself."""
    page = session.client().transcriptions(limit=PAGE, cursor=cursor)
    if not page.items and not cursor:
        _empty()
        return
    moving = any(job.active for job in page.items)
    st.fragment(_rows, run_every=1.0 if moving else 5.0)(cursor, moving)


def _empty() -> None:
    show(
        '<div class="l-empty"><p>Your transcripts will be listed here.</p><p class="l-quiet">'
        "There are none yet, because nothing was transcribed.</p></div>"
    )
    if st.button(say("Transcribe a recording"), type="primary"):
        st.switch_page("transcribe.py")


def _rows(cursor: str | None, expected_moving: bool) -> None:
    with problems.told():
        page = session.client().transcriptions(limit=PAGE, cursor=cursor)
        if any(job.active for job in page.items) != expected_moving:
            st.rerun()
        for job in page.items:
            _row(job)
        _turn(cursor, page.next)


def _row(job: wire.Summary) -> None:
    with st.container(key=f"l-entry-{job.id}", gap=None):
        jobs.entry(job)
        with st.container(horizontal=True, gap="medium"):
            if job.active:
                _action(say("Cancel"), "cancel", job)
            if jobs.can_be_retried(job):
                _action(say("Retry"), "retry", job)
            if not job.active and st.button(say("Delete"), key=f"delete-{job.id}", type="tertiary"):
                dialog.opened(say("Delete this transcript?"), _confirm, job)


def _action(label: str, verb: str, job: wire.Summary) -> None:
    st.button(label, key=f"{verb}-{job.id}", type="tertiary", on_click=_do, args=(verb, job.id))


def _do(verb: str, transcription_id: str) -> None:
    client = session.client()
    with problems.announced():
        {"cancel": client.cancel, "retry": client.retry}[verb](transcription_id)


def _confirm(job: wire.Summary) -> None:
    show(
        '<p><span class="l-name">{name}</span></p><p>Text and recording are removed from this'
        " computer. They cannot be brought back.</p>",
        name=job.name,
    )
    _learned(job)
    with st.container(horizontal=True):
        if st.button(
            say("Delete"), type="primary", key="delete-yes", on_click=_delete, args=(job.id,)
        ):
            st.rerun()
        if st.button(say("Keep"), key="delete-no"):
            st.rerun()


def _learned(job: wire.Summary) -> None:
    """Say so when models were trained on the recording: what they learned stays in them."""
    if not job.recording_id:
        return
    with problems.told():
        trained = session.client().trained_on(job.recording_id)
        if not trained.items:
            return
        names = ", ".join(
            say("{domain} version {number}", domain=each.domain, number=each.number)
            for each in trained.items
        )
        marked = trained.marked_with_it
        show(
            '<div class="l-fault"><p>{said}</p></div>',
            said=say(
                "It was used to train {names}. Deleting it marks that there, and with every"
                " transcript it made; what was learned stays in the weights until the version is"
                " rolled back.",
                names=names,
            )
            if marked
            else say(
                "It was used to train {names}. Another copy of it stays here, so nothing is marked"
                " yet.",
                names=names,
            ),
        )


def _delete(transcription_id: str) -> None:
    with problems.announced():
        session.client().delete(transcription_id)


def _turn(cursor: str | None, following: str | None) -> None:
    if not cursor and not following:
        return
    with st.container(horizontal=True, key="l-turn"):
        if cursor:
            st.page_link("library.py", label=say("Newest"))
        if following:
            st.page_link("library.py", label=say("Older"), query_params={"cursor": following})
