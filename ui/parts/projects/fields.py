"""The settings of a project as a form has them, of a new one and of one that is there."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ui import wire_projects as wire
from ui.parts import session
from ui.parts.prepared import LANGUAGES
from ui.words import say


def name(project: wire.Project | None = None) -> str:
    return st.text_input(
        say("Name"),
        value=project.name if project else "",
        max_chars=200,
        placeholder=say("Interviews on unpaid care"),
        key="project-name",
    )


def shared(project: wire.Project | None = None) -> dict[str, Any]:
    """Domain and language."""
    domains = {"": say("General")} | {each.name: each.title for each in session.client().domains()}
    names, codes = list(domains), _languages(project)
    chosen = project.domain if project and project.domain in domains else ""
    domain = st.selectbox(
        say("Domain"),
        names,
        index=names.index(chosen),
        format_func=lambda each: domains[each],
        key="project-domain",
        help=say("A domain gives the recogniser the words of a field. Make your own on Domains."),
    )
    language = st.selectbox(
        say("Language"),
        codes,
        index=codes.index(project.language or "") if project else 0,
        format_func=lambda code: say(LANGUAGES[code]) if code in LANGUAGES else code,
        key="project-language",
    )
    return {"domain": domain or None, "language": language or None}


def _languages(project: wire.Project | None) -> list[str]:
    own = [project.language] if project and project.language else []
    return list(dict.fromkeys([*LANGUAGES, *own]))


def details(project: wire.Project | None = None) -> dict[str, Any]:
    """Terms, speakers, deletion."""
    terms = st.text_area(
        say("Terms of this project"),
        value="\n".join(project.terms) if project else "",
        placeholder=say("time-use diary\nNzara"),
        key="project-terms",
        help=say("Names and jargon beside those of the domain, one a line."),
    )
    speakers = st.text_area(
        say("Names of speakers"),
        value="\n".join(project.speakers) if project else "",
        placeholder=say("Interviewer\nMs Adeyemi"),
        key="project-speakers",
        help=say("Kept with the project, for whoever names the speakers of its transcripts."),
    )
    days = st.number_input(
        say("Delete after, in days"),
        min_value=1,
        max_value=3650,
        value=project.retention_days if project else None,
        placeholder=say("never"),
        key="project-days",
        help=say(
            "So long after it is finished, a transcript is deleted with its recording. Nothing is"
            " deleted that is still being worked on, or within a day of a change here."
        ),
    )
    return {
        "terms": [line for line in terms.splitlines() if line.strip()],
        "speakers": [line for line in speakers.splitlines() if line.strip()],
        "retention_days": None if days is None else int(days),
    }
