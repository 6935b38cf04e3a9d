"""Before the start: what waits, what it would take and cost, and what is here already."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ui import wire_projects as wire
from ui.parts import problems, session, words
from ui.parts.html import show
from ui.parts.projects import facts

_WHERE = {
    "batch": "twice among these",
    "project": "in this project",
    "elsewhere": "in another place",
}
_TOLD = 10
"""Lines before the rest is folded away."""


def panel(project_id: str) -> bool:
    """Whether something is ready to be started; nothing is shown when nothing waits."""
    _left_out(project_id)
    client = session.client()
    with problems.told():
        known = client.batch(project_id, duplicates="again")
        if not known.items:
            return False
        st.html('<div class="l-section">Ready to start</div>')
        excluded = _table(project_id, known.items)
        batch = client.batch(project_id, exclude=excluded, duplicates="again")
        show('<p class="l-quiet" role="status">{line}</p>', line=_line(batch))
        _duplicates(known.items)
        with st.container(horizontal=True, vertical_alignment="center"):
            if batch.count:
                st.button(
                    f"Transcribe {words.several(batch.count, 'recording')}",
                    type="primary",
                    key="start-project",
                    on_click=_start,
                    args=(project_id, excluded),
                )
            if excluded:
                others = f"{len(excluded)} others" if len(excluded) > 1 else "other"
                st.button(
                    f"Remove the {others}",
                    key="remove-others",
                    type="tertiary",
                    on_click=_remove,
                    args=(project_id, excluded),
                )
        return batch.count > 0
    return False


def _table(project_id: str, items: Sequence[wire.Waiting]) -> list[str]:
    """The ids of what is not ticked; a duplicate is not, until somebody ticks it."""
    rows = [
        {
            "Start": not each.duplicates,
            "Recording": each.recording.name,
            "Length": words.length(each.recording.duration_s),
            "Already here": ", ".join(
                dict.fromkeys(_WHERE[same.where] for same in each.duplicates)
            ),
        }
        for each in items
    ]
    # Another set of uploads is another table: ticks are not carried to the wrong rows
    of = hash(tuple(each.recording.id for each in items))
    edited = st.data_editor(
        rows,
        key=f"waiting-{project_id}-{of}",
        hide_index=True,
        width="stretch",
        height=min(400, 35 * (len(rows) + 1) + 3),
        disabled=["Recording", "Length", "Already here"],
        column_config={"Start": st.column_config.CheckboxColumn(width="small")},
    )
    return [each.recording.id for each, row in zip(items, edited, strict=True) if not row["Start"]]


def _line(batch: wire.Batch) -> str:
    """Minutes, cost, when it ends, when it is deleted."""
    if not batch.count:
        return "Nothing is ticked."
    parts = [f"{batch.audio_minutes:.1f} min of audio"]
    if batch.unknown_lengths:
        parts.append(f"{words.several(batch.unknown_lengths, 'recording')} of unknown length")
    cost = batch.cost
    parts.append(f"{cost.currency} {cost.amount:.2f}" if cost else "no price is set")
    parts.append(words.finishes(batch.finish_in_s))
    if batch.deletion_at is not None:
        parts.append(f"deleted on {facts.day(batch.deletion_at)}")
    parts.append(f"processed on {batch.location}")
    if not batch.measured:
        parts.append("a first guess, speed not measured here yet")
    if batch.fits < batch.count:
        parts.append(f"the queue takes {batch.fits} of them now, the others wait")
    return " · ".join(part for part in parts if part)


def _duplicates(items: Sequence[wire.Waiting]) -> None:
    # Ch 16 · Data Quality: a file that is here already is pointed out, and left to the person
    same = [each for each in items if each.duplicates]
    if not same:
        return
    are = "recordings are" if len(same) > 1 else "recording is"
    show(
        '<div class="l-note"><p>{count} {are} here already and left out unless you tick it.</p>'
        "</div>",
        count=len(same),
        are=are,
    )
    for each in same[:_TOLD]:
        _same(each)
    if len(same) > _TOLD:
        with st.expander(f"{len(same) - _TOLD} more"):
            for each in same[_TOLD:]:
                _same(each)


def _same(item: wire.Waiting) -> None:
    first = item.duplicates[0]
    name = words.plain(item.recording.name)
    if first.transcription is None:
        show(
            '<p class="l-quiet">{name} is the same file as {other}.</p>',
            name=item.recording.name,
            other=first.name,
        )
        return
    st.page_link(
        "transcript.py",
        label=f"{name}: transcript of the same file",
        query_params={"id": first.transcription},
    )


def _start(project_id: str, excluded: Sequence[str]) -> None:
    with problems.announced():
        # What is ticked was looked at: duplicates among it are wanted
        made = session.client().start_batch(project_id, exclude=excluded, duplicates="again")
        left = [each for each in made.left_out if each.code != "excluded"]
        st.session_state[f"left-out-{project_id}"] = left


def _left_out(project_id: str) -> None:
    left: list[wire.LeftOut] = st.session_state.pop(f"left-out-{project_id}", [])
    if left:
        show(
            '<div class="l-harm" role="alert"><p>{names} could not be started and'
            " still waits below. {detail}</p></div>",
            names=", ".join(each.name for each in left[:5])
            + (f" and {len(left) - 5} more" if len(left) > 5 else ""),
            detail=left[0].detail,
        )


def _remove(project_id: str, recording_ids: Sequence[str]) -> None:
    with problems.announced():
        for recording_id in recording_ids:
            session.client().take_out_of_project(project_id, recording_id)
