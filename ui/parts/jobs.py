"""Running jobs, live: stage, minutes done, when it ends, the text as it comes; and what ended."""

# Ch 18 · System Quality: waiting shows what is being done and when it ends

from __future__ import annotations

import streamlit as st

from ui import wire
from ui.parts import problems, session, words
from ui.parts.html import show
from ui.words import later, said_by_api, say

ACTIVE: tuple[wire.Status, ...] = ("queued", "running")
OVER: tuple[wire.Status, ...] = ("succeeded", "failed", "cancelled")
OUTCOMES = {
    "succeeded": later("ready"),
    "failed": later("failed"),
    "cancelled": later("cancelled"),
    "queued": later("queued"),
    "running": later("running"),
}
_TAIL = 400
_LATEST = 3


def board() -> None:
    """All jobs of the product, not of this tab: every browser shows the same."""
    active = session.client().transcriptions(limit=50, status=ACTIVE).items
    # Asking often only while something moves; the fragment itself notices the change
    every = 1.0 if active else 4.0
    st.fragment(_board, run_every=every)(bool(active))


def _board(expected_active: bool) -> None:
    with problems.told():
        client = session.client()
        active = client.transcriptions(limit=50, status=ACTIVE).items
        if bool(active) != expected_active:
            st.rerun()
        if active:
            show('<div class="l-section">In progress</div>')
        for job in sorted(active, key=_in_order):
            live(job)
        over = client.transcriptions(limit=_LATEST, status=OVER).items
        if over:
            show('<div class="l-section">Finished lately</div>')
        for job in over:
            ended(job)


def _in_order(job: wire.Summary) -> tuple[bool, int]:
    return job.status == "queued", job.queue_position or 0


def live(job: wire.Summary) -> None:
    """One running job with its Cancel."""
    with st.container(key=f"l-entry-{job.id}", gap=None):
        progress(job)
        if job.status == "running":
            # A box of two lines from the start: text that comes in moves nothing
            partial = session.client().transcription(job.id).text
            show('<div class="l-partial"><span>{text}</span></div>', text=partial[-_TAIL:])
        st.button(
            say("Cancel"), key=f"cancel-{job.id}", type="tertiary", on_click=_cancel, args=(job.id,)
        )


def progress(job: wire.Summary, *, with_name: bool = True) -> None:
    """Name, bar and the line below it; the same height in every state."""
    show(
        '<div class="l-job" data-job="{id}"><span class="l-name">{name}</span>'
        '<progress class="l-bar" max="100" value="{percent}" aria-label="Progress"></progress>'
        '<p class="l-quiet" role="status">{line}</p></div>',
        id=job.id,
        name=job.name if with_name else "",
        percent=round(100 * job.progress, 1),
        line=state_line(job),
    )


def state_line(job: wire.Summary) -> str:
    """What is being done, how far it is and when it ends."""
    if job.status == "queued":
        place = job.queue_position
        parts = [
            say("waiting")
            if place is None
            else say("waiting, number {place} in the queue", place=place)
        ]
    else:
        parts = [said_by_api(job.stage)]
        if job.duration:
            parts.append(
                say(
                    "{done} of {all} min",
                    done=words.decimal(job.done_s / 60, 1),
                    all=words.decimal(job.duration / 60, 1),
                )
            )
    parts.append(words.finishes(job.eta_seconds))
    return " · ".join(part for part in parts if part)


def ended(job: wire.Summary) -> None:
    """One finished job with the way to its transcript."""
    with st.container(key=f"l-over-{job.id}", gap=None):
        transcript_link(job)
        show('<p class="l-quiet">{line}</p>', line=end_line(job))


def entry(job: wire.Summary) -> None:
    """A line of a list: the way to the transcript, its state, and what went wrong."""
    transcript_link(job)
    line = state_line(job) if job.active else end_line(job)
    show('<p class="l-quiet" data-status="{status}">{line}</p>', status=job.status, line=line)
    if job.error is not None:
        show('<p class="l-quiet l-harmed">{message}</p>', message=said_by_api(job.error.message))


def can_be_retried(job: wire.Summary) -> bool:
    return job.status == "cancelled" or (job.error is not None and job.error.retryable)


def end_line(job: wire.Summary) -> str:
    """`ready · 12 min · en · 14:05`."""
    parts = [say(OUTCOMES.get(job.status, job.status))]
    if job.duration is not None:
        parts.append(words.length(job.duration))
    if job.language:
        parts.append(job.language)
    if job.domain is not None:
        parts.append(say("domain {name}", name=job.domain.name))
    parts.append(words.moment(job.finished_at or job.created_at))
    return " · ".join(parts)


def transcript_link(job: wire.Summary) -> None:
    st.page_link("transcript.py", label=f"**{words.plain(job.name)}**", query_params={"id": job.id})


def _cancel(transcription_id: str) -> None:
    with problems.announced():
        session.client().cancel(transcription_id)
