"""One project: how far it is, what is dropped into it, what starting means, its transcripts."""

from __future__ import annotations

import streamlit as st

from ui import wire_projects as wire
from ui.parts import problems, session
from ui.parts.dropzone import dropzone
from ui.parts.html import show
from ui.parts.projects import before, facts, settings, taking, transcripts
from ui.words import say


def page(project: wire.Project) -> None:
    st.page_link("projects.py", label=say("All projects"))
    show('<h1 class="l-title">{name}</h1>', name=project.name)
    show(
        '<p class="l-quiet">{line}</p>',
        line=" · ".join(
            (
                say("domain {name}", name=project.domain) if project.domain else say("no domain"),
                say("language {code}", code=project.language)
                if project.language
                else say("language detected"),
                facts.deletion(project.retention_days),
            )
        ),
    )
    if project.domain_removed:
        show(
            '<div class="l-harm" role="alert"><p>The domain {domain} was removed. Transcripts that'
            " are here stay as they are; nothing more can be started until you choose another one"
            " below, under More.</p></div>",
            domain=project.domain,
        )
    _progress(project)
    # Ch 28 · Security and Privacy: recordings go to this computer's own service, nowhere else
    _keep(project, dropzone(project.id))
    to_start = before.panel(project.id)
    taking.link(session.client().project(project.id), primary=not to_start)
    transcripts.listing(project.id)
    settings.panel(project)


def _keep(project: wire.Project, arrived: list[str]) -> None:
    """Let what arrived in parts wait in the project, each once; the rest waits there already."""
    noted: set[str] = st.session_state.setdefault(f"arrived-{project.id}", set())
    for recording_id in arrived:
        if recording_id not in noted:
            noted.add(recording_id)
            with problems.told():
                session.client().wait_in_project(project.id, recording_id)


def _progress(project: wire.Project) -> None:
    """Followed by itself while something is going on."""
    every = 1.0 if project.progress.active else None
    st.fragment(_bar, run_every=every)(project.id, project.progress.active)


def _bar(project_id: str, expected_active: bool) -> None:
    with problems.told():
        progress = session.client().project(project_id).progress
        if progress.active != expected_active:
            st.rerun()
        if not progress.transcripts:
            return
        percent = 100 * progress.done_s / progress.audio_s if progress.audio_s else 0.0
        told = [facts.progress_line(progress), facts.money_line(progress)]
        show(
            '<div class="l-job" data-project="{id}"><progress class="l-bar" max="100"'
            ' value="{percent}" aria-label="Progress"></progress>'
            '<p class="l-quiet" role="status">{line}</p></div>',
            id=project_id,
            percent=round(percent, 1),
            line=" · ".join(part for part in told if part),
        )
        if progress.next_deletion_at is not None:
            show(
                '<p class="l-quiet">The next transcript is deleted on {day}.</p>',
                day=facts.day(progress.next_deletion_at),
            )
