"""A recording heard once more: how to ask for it, and the transcripts that came of it."""

from __future__ import annotations

from urllib.parse import quote

import streamlit as st
from markupsafe import Markup

from ui import wire
from ui.client import ApiError
from ui.parts import problems, session, words
from ui.parts.domain_choice import GENERAL
from ui.parts.html import html, joined, show
from ui.words import later, many, said_by_api, say

_STATES = {
    "queued": later("waiting"),
    "running": later("being transcribed"),
    "failed": later("failed"),
    "cancelled": later("cancelled"),
}


@st.fragment
def again(job: wire.Transcription) -> None:
    """One quiet button; when the new job is queued, the page becomes that job's."""
    started = st.session_state.pop(_key(job, "started"), None)
    if started is not None:
        st.query_params.from_dict({"id": started})
        st.rerun()
    menu = st.popover(say("Transcribe again"), type="tertiary", key=_key(job, "menu"))
    with menu, problems.told():
        _ask(job)


def _ask(job: wire.Transcription) -> None:
    client = session.client()
    titles = {"": say(GENERAL)} | {each.name: each.title for each in client.domains()}
    names, used = list(titles), job.domain.name if job.domain else ""
    show(
        '<p class="l-quiet">The same recording once more, as a transcript of its own. This one'
        " stays as it is, with every correction.</p>"
    )
    model = st.selectbox(say("Model"), client.models(), key=_key(job, "model"))
    domain = st.selectbox(
        say("Domain"),
        names,
        index=names.index(used) if used in names else 0,
        format_func=lambda name: titles[name],
        key=_key(job, "domain"),
    )
    try:
        recording = client.recording(job.recording_id, model, domain or None)
    except ApiError as error:
        if error.status != 404:
            raise
        show('<p class="l-quiet">The recording was deleted: it cannot be heard again.</p>')
        return
    show('<p class="l-quiet" role="status">{facts}</p>', facts=_takes(recording))
    st.button(
        say("Start"),
        key=_key(job, "start"),
        on_click=_start,
        args=(job, model, domain or None),
    )


def _takes(recording: wire.Recording) -> str:
    """How long it is, when it would be ready, and where it is worked on."""
    facts = [words.length(recording.duration_s)]
    estimate = recording.estimate
    if estimate is not None:
        facts += [
            words.finishes(estimate.finish_in_s),
            say("processed on {location}", location=said_by_api(estimate.location)),
        ]
        if not estimate.measured:
            facts.append(say("a first guess, speed not measured here yet"))
    return " · ".join(fact for fact in facts if fact)


def _start(job: wire.Transcription, model: str, domain: str | None) -> None:
    with problems.announced():
        made = session.client().again(job.id, model=model, domain=domain)
        st.session_state[_key(job, "started")] = made.id


def others(job: wire.Transcription) -> None:
    """The other transcripts of its recording, and the way to lay each beside this one."""
    if not job.recording_id:
        return
    found = [
        each for each in session.client().transcripts_of(job.recording_id) if each.id != job.id
    ]
    if found:
        show(
            '<div class="l-section">Other transcripts of this recording</div>'
            '<ul class="l-facts">{lines}</ul>',
            lines=joined(_line(job, each) for each in found),
        )


def _line(job: wire.Transcription, other: wire.Summary) -> Markup:
    compare = ""
    if job.status == other.status == "succeeded":
        compare = html(
            ' · <a href="/compare?id={id}&amp;with={other}" target="_self">Compare</a>',
            id=quote(job.id, safe=""),
            other=quote(other.id, safe=""),
        )
    return html(
        '<li><a href="{address}" target="_self">{name}</a>{state}{compare}</li>',
        address=address(other.id),
        name=described(other),
        state=f", {state}" if (state := _state(other)) else "",
        compare=compare,
    )


def described(job: wire.Summary) -> str:
    """What tells one transcript of a recording from another: model, domain, moment."""
    parts = [words.model(job.model.name)]
    if job.domain is not None:
        parts.append(say("domain {name}", name=job.domain.name))
    parts.append(words.moment(job.finished_at or job.created_at))
    return " · ".join(parts)


def _state(job: wire.Summary) -> str:
    if job.status in _STATES:
        return say(_STATES[job.status])
    if not job.corrected:
        return ""
    return many(
        job.corrected,
        "corrected by a person in {count} place",
        "corrected by a person in {count} places",
    )


def address(transcription_id: str) -> str:
    return f"/transcript?id={quote(transcription_id, safe='')}"


def _key(job: wire.Transcription, *of: str) -> str:
    return "-".join(("again", job.id, *of))
