"""Promote and roll back: each says first what will change, and is one step."""

# Ch 13 · Planning for Operations: a bad model is taken back in one step, with what it made in hand

from __future__ import annotations

import streamlit as st

from ui import wire_models
from ui.parts import dialog, problems, session
from ui.parts.html import show
from ui.words import many, say

TO_FORMER, TO_PARENT = "former", "parent"


def section(found: wire_models.Versions, version: wire_models.Version) -> None:
    """One primary action, for what this version can do next."""
    if version.serves:
        if st.button(say("Roll back"), key="roll-back"):
            dialog.opened(say("Roll this version back?"), _roll_back, found, version)
    elif version.gate_passed:
        if st.button(say("Let it serve"), key="promote", type="primary"):
            dialog.opened(say("Let this version serve?"), _promote, found, version)
    else:
        show(
            '<p class="l-quiet">It cannot serve: it did not pass the gate, and nobody can wave it'
            " through.</p>"
        )


def _promote(found: wire_models.Versions, version: wire_models.Version) -> None:
    now = say("version {champion}", champion=found.champion) if found.champion else version.parent
    show(
        "<p>From the next recording on, version {number} transcribes {domain} instead of"
        ' {now}.</p><p class="l-quiet">Transcripts that exist stay as they are, and recordings'
        " that wait or run are finished by what they were sent with. One step takes it"
        " back.</p>",
        number=version.number,
        domain=version.domain,
        now=now,
    )
    if version.deleted_data:
        show('<p class="l-harmed">A recording it was trained on was deleted since.</p>')
    if version.state == "withdrawn":
        show('<p class="l-harmed">It was rolled back before.</p>')
    st.text_input(say("Why (kept with the decision)"), key="promote-reason", max_chars=500)
    with st.container(horizontal=True):
        args = (version.domain, version.number)
        if st.button(
            say("Let it serve"), type="primary", key="promote-yes", on_click=_do_promote, args=args
        ):
            st.rerun()
        if st.button(say("Keep as it is"), key="promote-no"):
            st.rerun()


def _do_promote(domain: str, number: int) -> None:
    with problems.announced():
        session.client().promote(domain, number, st.session_state.get("promote-reason", ""))


def _roll_back(found: wire_models.Versions, version: wire_models.Version) -> None:
    former = before(found)
    show(
        '<p>Version {number} stops serving {domain} at once.</p><p class="l-quiet">{made}</p>',
        number=version.number,
        domain=version.domain,
        made=many(
            version.transcripts,
            "Its {count} transcript stays as it is; you see it next and can have it made again.",
            "Its {count} transcripts stay as they are; you see them next and can have them made"
            " again.",
        ),
    )
    choices = {TO_FORMER: say("version {former}", former=former)} if former else {}
    choices[TO_PARENT] = say("{parent}, without an adapter", parent=version.parent)
    st.radio(
        say("What serves next"), list(choices), key="roll-back-to", format_func=choices.__getitem__
    )
    st.text_input(say("Why (kept with the decision)"), key="roll-back-reason", max_chars=500)
    with st.container(horizontal=True):
        args = (version.domain, version.number)
        if st.button(
            say("Roll back"), type="primary", key="roll-back-yes", on_click=_do_roll_back, args=args
        ):
            st.rerun()
        if st.button(say("Keep it"), key="roll-back-no"):
            st.rerun()


def before(found: wire_models.Versions) -> int | None:
    """The version a rollback returns to: the retired one that began to serve last."""
    retired = {each.number for each in found.items if each.state == "retired"}
    began = (e.version for e in found.events if e.kind in ("promoted", "serves again"))
    return next((number for number in began if number in retired), None)


def _do_roll_back(domain: str, number: int) -> None:
    with problems.announced():
        session.client().roll_back(
            domain,
            version=number,
            to_parent=st.session_state.get("roll-back-to") == TO_PARENT,
            reason=st.session_state.get("roll-back-reason", ""),
        )
