"""The transcripts of a project, the newest first; they follow what runs by themselves."""

from __future__ import annotations

import streamlit as st

from ui import wire
from ui.parts import jobs, problems, session
from ui.parts.html import show
from ui.words import say

PAGE = 20


def listing(project_id: str) -> None:
    cursor = st.query_params.get("cursor")
    page = session.client().project_transcripts(project_id, limit=PAGE, cursor=cursor)
    if not page.items:
        return
    show('<div class="l-section">Transcripts</div>')
    moving = any(job.active for job in page.items)
    st.fragment(_rows, run_every=1.0 if moving else 5.0)(project_id, cursor, moving)


def _rows(project_id: str, cursor: str | None, expected_moving: bool) -> None:
    with problems.told():
        page = session.client().project_transcripts(project_id, limit=PAGE, cursor=cursor)
        if any(job.active for job in page.items) != expected_moving:
            st.rerun()
        for job in page.items:
            _row(project_id, job)
        if cursor or page.next:
            with st.container(horizontal=True, key="l-turn"):
                if cursor:
                    st.page_link(
                        "projects.py", label=say("Newest"), query_params={"id": project_id}
                    )
                if page.next:
                    st.page_link(
                        "projects.py",
                        label=say("Older"),
                        query_params={"id": project_id, "cursor": page.next},
                    )


def _row(project_id: str, job: wire.Summary) -> None:
    with st.container(key=f"l-entry-{job.id}", gap=None):
        jobs.entry(job)
        with st.container(horizontal=True, gap="medium"):
            if job.active:
                _action(say("Cancel"), "cancel", project_id, job)
            if jobs.can_be_retried(job):
                _action(say("Retry"), "retry", project_id, job)
            _action(say("Take out"), "out", project_id, job)


def _action(label: str, verb: str, project_id: str, job: wire.Summary) -> None:
    st.button(
        label,
        key=f"{verb}-{job.id}",
        type="tertiary",
        on_click=_do,
        args=(verb, project_id, job.id),
        help=say("It stays, outside of the project.") if verb == "out" else None,
    )


def _do(verb: str, project_id: str, transcription_id: str) -> None:
    client = session.client()
    with problems.announced():
        if verb == "out":
            client.move_out_of_project(project_id, transcription_id)
        else:
            {"cancel": client.cancel, "retry": client.retry}[verb](transcription_id)
