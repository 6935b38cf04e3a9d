"""What a domain changes: the beginning of a recording heard without it and with it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ui import wire
from ui import wire_domains as domains
from ui.client import ApiError
from ui.parts import jobs, problems, session, words
from ui.parts.domains import side_by_side
from ui.parts.html import show
from ui.words import later, many, said_by_api, say

SAMPLE = "sample"
"""In the place of a recording's id."""
_MOST = 50


def section(domain: domains.Domain) -> None:
    """Choose a recording, ask, see the difference."""
    listed = session.client().previews(domain.name)
    length = _beginning(listed.first_s)
    show(
        '<div class="l-section">What it changes</div><p class="l-quiet">The first {length} of a'
        " recording, heard without the domain and with it.</p>",
        length=length,
    )
    if not domain.terms and domain.model_version is None:
        show(
            '<div class="l-empty"><p>Both texts will stand here beside each other.</p>'
            '<p class="l-quiet">There is nothing to show yet, because the domain has no terms.'
            " Give it some above.</p></div>"
        )
        return
    sample = _sample()
    sources = _sources(listed.items, sample)
    if not sources:
        _no_recordings()
        return
    chosen = st.selectbox(
        say("Recording"),
        list(sources),
        format_func=sources.__getitem__,
        key=f"preview-{domain.name}",
    )
    found = _newest(listed.items, chosen, sample)
    if found is None or not found.current:
        if found is not None:
            _changed(found)
        label = say("Show the difference on the first {length}", length=length)
        st.button(label, on_click=_ask, args=(domain.name, chosen, found), key="preview-ask")
    if found is not None:
        _shown(found)


def _beginning(seconds: float) -> str:
    return say("five minutes") if seconds == 300 else words.length(seconds)


def _sample() -> wire.Sample | None:
    try:
        return session.client().sample()
    except ApiError as error:
        if error.code == problems.UNREACHABLE:
            raise
        return None  # a checkout without the sample


def _sources(
    previews: Sequence[domains.PreviewSummary], sample: wire.Sample | None
) -> dict[str, str]:
    """Names by id: recordings that were looked at before come first, the sample last."""
    found = {
        each.recording: each.name
        for each in previews
        if sample is None or each.recording_sha256 != sample.sha256
    }
    for job in session.client().transcriptions(limit=_MOST, status=("succeeded",)).items:
        if job.recording_id:
            found.setdefault(job.recording_id, f"{job.name} · {words.length(job.duration)}")
    if sample is not None:
        found[SAMPLE] = say("The sample: {title}", title=sample.title)
    return found


def _no_recordings() -> None:
    show(
        '<div class="l-empty"><p>Both texts will stand here beside each other.</p>'
        '<p class="l-quiet">There is no recording yet on which to show it.</p></div>'
    )
    st.page_link("transcribe.py", label=say("Transcribe a recording"))


def _newest(
    previews: Sequence[domains.PreviewSummary], chosen: str, sample: wire.Sample | None
) -> domains.PreviewSummary | None:
    for each in previews:
        of_sample = sample is not None and each.recording_sha256 == sample.sha256
        if each.recording == chosen or (chosen == SAMPLE and of_sample):
            return each
    return None


def _ask(name: str, chosen: str, before: domains.PreviewSummary | None) -> None:
    client = session.client()
    with problems.announced():
        recording = before.recording if before is not None else chosen
        if recording == SAMPLE:
            recording = client.upload(*client.sample_audio()).id
        client.ask_preview(name, recording)


def _delete(name: str, preview_id: str) -> None:
    with problems.announced():
        session.client().delete_preview(name, preview_id)


def _changed(found: domains.PreviewSummary) -> None:
    glossary, adapter = found.glossary_version, found.model_version
    if glossary and adapter is not None:
        said = say(
            "The domain has changed since. What stands below was heard with version {glossary} of"
            " the glossary and version {adapter} of the adapter.",
            glossary=glossary,
            adapter=adapter,
        )
    elif glossary:
        said = say(
            "The domain has changed since. What stands below was heard with version {glossary} of"
            " the glossary.",
            glossary=glossary,
        )
    elif adapter is not None:
        said = say(
            "The domain has changed since. What stands below was heard with version {adapter} of"
            " the adapter.",
            adapter=adapter,
        )
    else:
        said = say("The domain has changed since. What stands below was heard with it as it was.")
    show('<div class="l-note"><p>{said}</p></div>', said=said)


def _shown(found: domains.PreviewSummary) -> None:
    if found.active:
        st.fragment(_running, run_every=1.0)(found.domain, found.id)
        return
    whole = session.client().preview(found.domain, found.id)
    if whole.differences is None:
        _failed(whole)
    else:
        _result(whole, whole.differences)
    st.button(
        say("Remove this comparison"),
        key="preview-delete",
        type="tertiary",
        on_click=_delete,
        args=(found.domain, found.id),
    )


def _running(name: str, preview_id: str) -> None:
    """Both bars from the start, so that nothing moves when the second begins."""
    with problems.told():
        found = session.client().preview(name, preview_id)
        if not found.active:
            st.rerun()
        for title, job in _sides(found):
            jobs.progress(job.model_copy(update={"name": title}))
        st.button(
            say("Cancel"),
            key="preview-cancel",
            type="tertiary",
            on_click=_delete,
            args=(name, preview_id),
        )


def _sides(found: domains.PreviewSummary) -> tuple[tuple[str, wire.Summary], ...]:
    return (say(side_by_side.GENERAL), found.plain), (say(side_by_side.ADAPTED), found.adapted)


def _failed(found: domains.Preview) -> None:
    retryable = False
    for title, job in _sides(found):
        if job.status == "succeeded":
            continue
        retryable |= job.error is None or job.error.retryable
        show(
            '<div class="l-harm" role="alert"><p><strong>{title}:</strong> {message}</p>'
            '<p class="l-quiet">{code}</p></div>',
            title=title,
            message=said_by_api(job.error.message)
            if job.error
            else say("It was cancelled. The recording is kept."),
            code=job.error.code if job.error else "",
        )
    if retryable and found.current:
        st.button(
            say("Try again"),
            key="preview-again",
            on_click=_ask,
            args=(found.domain, found.recording, found),
        )


def _result(found: domains.Preview, places: Sequence[domains.Difference]) -> None:
    show("<p>{sentence}</p>", sentence=sentence(found))
    if not found.passages:
        show('<div class="l-note"><p>No speech was found in this part of the recording.</p></div>')
        return
    show(
        '<p class="l-quiet">Places that differ are marked; a click on one, or on its time, plays'
        ' it. Terms of the domain are <span class="l-right">bold</span>. What is written was not'
        " necessarily said: listen before you trust either side.</p>"
    )
    if places:
        side_by_side.player(found)
    side_by_side.texts(found)


def sentence(found: domains.Preview) -> str:
    """What came of it, with counts."""
    count = len(found.differences or [])
    parts = [
        many(count, "The texts differ in {count} place.", "The texts differ in {count} places.")
        if count
        else say("Both texts are the same.")
    ]
    if found.terms is not None:
        parts.append(
            say(
                "Terms of the domain are written {adapted} with it, {plain} without it.",
                adapted=_times(found.terms.adapted),
                plain=_times(found.terms.plain),
            )
        )
    if found.seconds_saved:
        parts.append(
            say(
                "{seconds} s of computing were saved, because the sound was prepared for the model"
                " once and used again.",
                seconds=words.decimal(found.seconds_saved, 1),
            )
        )
    return " ".join(parts)


def _times(count: int) -> str:
    few = {0: later("not once"), 1: later("once"), 2: later("twice")}
    if count in few:
        return say(few[count])
    return many(count, "{count} time", "{count} times")
