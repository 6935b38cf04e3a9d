"""One transcription in each of its states."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from ui import wire
from ui.client import ApiError
from ui.parts import again, jobs, origins, problems, session, words
from ui.parts.downloads import downloads
from ui.parts.html import html, joined, show
from ui.parts.marks import DOUBT_BELOW, FLAGS
from ui.parts.reader import reader
from ui.parts.sharing import sharing
from ui.words import later, many, said_by_api, say

MACHINE_MADE = later("Machine-generated: a person has not checked it.")


def missing(error: ApiError) -> None:
    """There is no such transcript."""
    st.title(say("Transcript"), anchor=False)
    if error.status == 404:
        show(
            '<div class="l-empty"><p>There is no transcript at this address. It may have been'
            " deleted.</p></div>"
        )
    else:
        problems.tell(error)
    st.page_link("library.py", label=say("Go to the library"))


def show_job(job: wire.Transcription, at: float | None = None) -> None:
    """Name, state, text; `at` is the second of the recording to begin with."""
    show('<h1 class="l-title">{name}</h1>', name=job.name)
    if job.active:
        _running(job.id)
    elif job.status == "failed":
        _failed(job)
    elif job.status == "cancelled":
        _cancelled(job)
    else:
        _heading(job)
    origin = None if job.active else origins.found(job)
    if origin is not None:
        origins.notice(job, origin)
    if job.active or job.segments:
        reader(job, at)
    if not job.active:
        _notes(job)
    again.others(job)
    if origin is not None:
        origins.section(job, origin)


@st.fragment(run_every=1)
def _running(transcription_id: str) -> None:
    with problems.told():
        job = session.client().transcription(transcription_id)
        if not job.active:
            st.rerun()
        jobs.progress(job, with_name=False)
        st.button(say("Cancel"), on_click=_cancel, args=(job.id,), key="cancel")


def _heading(job: wire.Transcription) -> None:
    # Ch 29 · Transparency and Accountability: every transcript says that a machine made it, and which
    facts = [words.length(job.duration), *([job.language] if job.language else [])]
    facts += [_model(job.model), *([_domain(job.domain)] if job.domain else [])]
    facts.append(words.moment(job.finished_at or job.created_at))
    show(
        '<p class="l-quiet">{facts}</p><p class="l-quiet">{label}</p>',
        facts=" · ".join(facts),
        label=_label(job),
    )
    if not job.segments:
        show(
            '<div class="l-note"><p>No speech was found in this recording.</p><p class="l-quiet">'
            "That is a valid result: all of it was listened to. If somebody does speak in it, the"
            " voice may be too quiet; the stretches below say how loud each was.</p></div>"
        )
        return
    downloads(job)
    with st.container(key="l-actions", horizontal=True, gap="medium"):
        sharing(job)
        again.again(job)


def _label(job: wire.Transcription) -> str:
    """Who answers for the words: a machine, or a person as well."""
    count = job.corrected
    if not job.final_at:
        if not count:
            return say(MACHINE_MADE)
        return many(
            count,
            "Machine-generated, corrected by a person in {count} place.",
            "Machine-generated, corrected by a person in {count} places.",
        )
    when = words.moment(job.final_at)
    if not count:
        return say("Machine-generated, declared final by a person, {when}.", when=when)
    return many(
        count,
        "Machine-generated, corrected by a person in {count} place and declared final, {when}.",
        "Machine-generated, corrected by a person in {count} places and declared final, {when}.",
        when=when,
    )


def _failed(job: wire.Transcription) -> None:
    error = job.error
    show(
        '<div class="l-harm" role="alert"><p>{message}</p><p class="l-quiet">{code}</p></div>',
        message=said_by_api(error.message)
        if error
        else say("The transcription failed. The recording is kept."),
        code=error.code if error else "",
    )
    if error is None or error.retryable:
        st.button(say("Retry"), type="primary", on_click=_retry, args=(job.id,), key="retry")


def _cancelled(job: wire.Transcription) -> None:
    show(
        '<div class="l-note"><p>Cancelled. The recording is kept, and what was recognised stays'
        " below.</p></div>"
    )
    st.button(say("Retry"), type="primary", on_click=_retry, args=(job.id,), key="retry")


def _notes(job: wire.Transcription) -> None:
    """Everything a careful reader wants to know, below the text."""
    flags = [flag for flag in FLAGS if any(flag in s.flags for s in job.segments)]
    # Without any words the page has said so already, calmly and at its top
    warnings = [text for text in job.warnings if job.segments or "No speech" not in text]
    notes = [html("<li>{text}</li>", text=said_by_api(text)) for text in warnings]
    notes += [_fallback(item) for item in job.fallbacks]
    if notes:
        _list(say("Worth knowing"), notes)
    if job.segments:
        marks = [
            html(
                "<li>A dotted word was heard with less than {percent} certainty.</li>",
                percent=words.percent(DOUBT_BELOW),
            )
        ]
        marks += [html("<li>{meaning}.</li>", meaning=say(FLAGS[flag])) for flag in flags]
        marks.append(
            html(
                "<li>A click on a word plays it, two correct its sentence. Space or k plays and"
                " pauses, j and l go 5 s back and forth.</li>"
            )
        )
        with st.expander(say("What the marks mean")):
            show('<ul class="l-facts">{items}</ul>', items=joined(marks))
    if job.skipped:
        with st.expander(_without_speech(job)):
            show('<ul class="l-facts">{items}</ul>', items=joined(map(_skipped, job.skipped)))


def _without_speech(job: wire.Transcription) -> str:
    """`12 s without speech, in 3 stretches`."""
    return many(
        len(job.skipped),
        "{length} without speech, in {count} stretch",
        "{length} without speech, in {count} stretches",
        length=words.length(sum(span.end - span.start for span in job.skipped)),
    )


def _skipped(span: wire.Skipped) -> Markup:
    return html(
        "<li>{start}: {length} without speech, level {level} dBFS</li>",
        start=words.clock(span.start),
        length=words.length(span.end - span.start),
        level=words.decimal(span.level_dbfs, 0).replace("-", "−"),
    )


def _fallback(item: wire.Fallback) -> Markup:
    return html(
        "<li>{start} to {end}: {what} ({reason})</li>",
        start=words.clock(item.start),
        end=words.clock(item.end),
        what=say("recognised by {model} instead", model=item.model)
        if item.model
        else say("not recognised"),
        reason=said_by_api(item.reason),
    )


def _list(title: str, items: list[Markup]) -> None:
    show(
        '<div class="l-section">{title}</div><ul class="l-facts">{items}</ul>',
        title=title,
        items=joined(items),
    )


def _model(model: wire.Model) -> str:
    name = words.model(model.name)
    return say("{name}, weights {sum}", name=name, sum=model.version[:8]) if model.version else name


def _domain(used: wire.DomainUsed) -> str:
    """`domain ruby, glossary version 1, adapter version 2`."""
    parts = [say("domain {name}", name=used.name)]
    if used.glossary_version is not None:
        parts.append(say("glossary version {number}", number=used.glossary_version))
    if used.model_version is not None:
        parts.append(say("adapter version {number}", number=used.model_version))
    return ", ".join(parts)


def _cancel(transcription_id: str) -> None:
    with problems.announced():
        session.client().cancel(transcription_id)


def _retry(transcription_id: str) -> None:
    with problems.announced():
        session.client().retry(transcription_id)
