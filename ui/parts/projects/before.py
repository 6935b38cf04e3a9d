"""Before the start: what waits, what it would take and cost, and what is here already."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ui import wire_projects as wire
from ui.parts import problems, session, words
from ui.parts.html import show
from ui.parts.projects import facts
from ui.words import later, many, said_by_api, say

_WHERE = {
    "batch": later("twice among these"),
    "project": later("in this project"),
    "elsewhere": later("in another place"),
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
        show('<div class="l-section">Ready to start</div>')
        excluded = _table(project_id, known.items)
        batch = client.batch(project_id, exclude=excluded, duplicates="again")
        show('<p class="l-quiet" role="status">{line}</p>', line=_line(batch))
        _duplicates(known.items)
        with st.container(horizontal=True, vertical_alignment="center"):
            if batch.count:
                st.button(
                    many(
                        batch.count,
                        "Transcribe {count} recording",
                        "Transcribe {count} recordings",
                    ),
                    type="primary",
                    key="start-project",
                    on_click=_start,
                    args=(project_id, excluded),
                )
            if excluded:
                st.button(
                    many(len(excluded), "Remove the other", "Remove the {count} others"),
                    key="remove-others",
                    type="tertiary",
                    on_click=_remove,
                    args=(project_id, excluded),
                )
        return batch.count > 0
    return False


def _table(project_id: str, items: Sequence[wire.Waiting]) -> list[str]:
    """The ids of what is not ticked; a duplicate is not, until somebody ticks it."""
    start, name = say("Start"), say("Recording")
    length, here = say("Length"), say("Already here")
    rows = [
        {
            start: not each.duplicates,
            name: each.recording.name,
            length: words.length(each.recording.duration_s),
            here: ", ".join(dict.fromkeys(say(_WHERE[same.where]) for same in each.duplicates)),
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
        disabled=[name, length, here],
        column_config={start: st.column_config.CheckboxColumn(width="small")},
    )
    return [each.recording.id for each, row in zip(items, edited, strict=True) if not row[start]]


def _line(batch: wire.Batch) -> str:
    """Minutes, cost, when it ends, when it is deleted."""
    if not batch.count:
        return say("Nothing is ticked.")
    parts = [say("{minutes} min of audio", minutes=words.decimal(batch.audio_minutes, 1))]
    if batch.unknown_lengths:
        parts.append(
            many(
                batch.unknown_lengths,
                "{count} recording of unknown length",
                "{count} recordings of unknown length",
            )
        )
    cost = batch.cost
    parts.append(facts.money(cost.amount, cost.currency) if cost else say("no price is set"))
    parts.append(words.finishes(batch.finish_in_s))
    if batch.deletion_at is not None:
        parts.append(say("deleted on {day}", day=facts.day(batch.deletion_at)))
    parts.append(say("processed on {location}", location=said_by_api(batch.location)))
    if not batch.measured:
        parts.append(say("a first guess, speed not measured here yet"))
    if batch.fits < batch.count:
        parts.append(say("the queue takes {fits} of them now, the others wait", fits=batch.fits))
    return " · ".join(part for part in parts if part)


def _duplicates(items: Sequence[wire.Waiting]) -> None:
    # Ch 16 · Data Quality: a file that is here already is pointed out, and left to the person
    same = [each for each in items if each.duplicates]
    if not same:
        return
    show(
        '<div class="l-note"><p>{told}</p></div>',
        told=many(
            len(same),
            "{count} recording is here already and left out unless you tick it.",
            "{count} recordings are here already and left out unless you tick them.",
        ),
    )
    for each in same[:_TOLD]:
        _same(each)
    if len(same) > _TOLD:
        with st.expander(many(len(same) - _TOLD, "{count} more", "{count} more")):
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
        label=say("{name}: transcript of the same file", name=name),
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
            names=", ".join(each.name for each in left),
            detail=said_by_api(left[0].detail),
        )


def _remove(project_id: str, recording_ids: Sequence[str]) -> None:
    with problems.announced():
        for recording_id in recording_ids:
            session.client().take_out_of_project(project_id, recording_id)
