"""Behind More: the settings of a project, a transcript moved in, and its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from ui import wire_projects as wire
from ui.parts import dialog, problems, session
from ui.parts.html import show
from ui.parts.projects import fields
from ui.words import many, say

_RECENT = 100


def panel(project: wire.Project) -> None:
    with st.expander(say("More")):
        name = fields.name(project)
        given = {"name": name} | fields.shared(project) | fields.details(project)
        st.button(
            say("Save the settings"), key="save-project", on_click=_save, args=(project, given)
        )
        _move_in(project)
        if st.button(say("Delete this project"), key="delete-project", type="tertiary"):
            dialog.opened(say("Delete this project?"), _confirm, project)


def _save(project: wire.Project, given: Mapping[str, Any]) -> None:
    with problems.announced():
        session.client().change_project(project.id, project.etag, **given)
        st.toast(say("The settings are saved. They hold for what is started from now on."))


def _move_in(project: wire.Project) -> None:
    """Of the latest transcripts, those outside of this project."""
    found = session.client().transcriptions(limit=_RECENT).items
    others = {job.id: job for job in found if job.project != project.id}
    if not others:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            say("Move a transcript into this project"),
            list(others),
            index=None,
            format_func=lambda each: others[each].name,
            placeholder=say("Choose one"),
            key="move-in",
        )
        st.button(
            say("Move it in"),
            key="move-in-now",
            disabled=chosen is None,
            on_click=_move,
            args=(project.id, chosen),
        )


def _move(project_id: str, transcription_id: str) -> None:
    with problems.announced():
        session.client().move_into_project(project_id, transcription_id)


def _confirm(project: wire.Project) -> None:
    show('<p><span class="l-name">{name}</span></p>', name=project.name)
    count = project.progress.transcripts
    transcripts = None
    if count:
        labels = {
            "keep": many(
                count,
                "Keep its {count} transcript, outside of any project",
                "Keep its {count} transcripts, outside of any project",
            ),
            "delete": many(
                count,
                "Delete its {count} transcript and its recording, too",
                "Delete its {count} transcripts and their recordings, too",
            ),
        }
        transcripts = st.radio(
            say("What becomes of its transcripts"),
            list(labels),
            index=None,
            format_func=lambda each: labels[each],
            key="delete-what",
        )
    if transcripts == "delete":
        show("<p>Text and recordings are removed. They cannot be brought back.</p>")
    with st.container(horizontal=True):
        gone = st.button(
            say("Delete"),
            type="primary",
            key="delete-yes",
            disabled=bool(count) and not transcripts,
            on_click=_delete,
            args=(project.id, transcripts),
        )
        if st.button(say("Cancel"), key="delete-no"):
            st.rerun()
    if gone:
        st.switch_page("projects.py")


def _delete(project_id: str, transcripts: str | None) -> None:
    with problems.announced():
        session.client().delete_project(project_id, transcripts)
