"""The terms of a domain: read, heard, and of one's own changed, version after version."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ui import wire_domains as wire
from ui.parts import problems, session
from ui.parts.domains import hearing, making
from ui.parts.html import show
from ui.words import many, say

_MOST_HEIGHT = 420
"""In pixels; longer tables scroll."""


def section(domain: wire.Domain) -> None:
    terms = domain.glossary.terms if domain.glossary else []
    count = many(len(terms), "{count} term", "{count} terms")
    show(
        '<div class="l-section">Glossary</div><p class="l-quiet">{which}. It works at once, without'
        " training: the recogniser is told to expect these.</p>",
        which=say("{terms}, version {number}", terms=count, number=domain.glossary.number)
        if domain.glossary
        else count,
    )
    if domain.shipped:
        _shown(domain, terms)
    else:
        _edited(domain, terms)


def _columns(key: str, terms: list[dict[str, Any]]) -> dict[str, Any]:
    def of_row(row: int) -> tuple[str, str] | None:
        changed = st.session_state.get(key) or {}
        edited = changed.get("edited_rows", {}) if isinstance(changed, dict) else {}
        now = terms[row] | edited.get(row, {}) if row < len(terms) else None
        return (now["term"] or "", now["sounds_like"] or "") if now else None

    return {
        "term": st.column_config.TextColumn(say("Term"), width=150, max_chars=60, required=True),
        "sounds_like": st.column_config.TextColumn(say("Sounds like"), width=120, max_chars=60),
        "hear": hearing.column(key, of_row),
    }


def _height(rows: int) -> int:
    return min(_MOST_HEIGHT, 38 + 35 * max(1, rows))


def _rows(terms: list[wire.Term]) -> list[dict[str, Any]]:
    return [{**term.model_dump(), "hear": say(hearing.LABEL)} for term in terms]


def _shown(domain: wire.Domain, terms: list[wire.Term]) -> None:
    key, rows = f"glossary-{domain.name}", _rows(terms)
    height = _height(len(rows))
    st.dataframe(rows, hide_index=True, height=height, column_config=_columns(key, rows))
    hearing.player(key)
    if st.button(say("Copy to a domain of your own"), key="copy-domain"):
        copied = [
            wire.ProposedTerm(**term.model_dump(), why=say("in {title}", title=domain.title))
            for term in terms
        ]
        making.begin(wire.Proposals(text="", words=0, language="en", terms=copied), domain.title)


def _edited(domain: wire.Domain, terms: list[wire.Term]) -> None:
    number = domain.glossary.number if domain.glossary else 0
    key, rows = f"glossary-{domain.name}-{number}", _rows(terms)
    edited = st.data_editor(
        rows,
        key=key,
        hide_index=True,
        num_rows="dynamic",
        height=_height(len(rows) + 1),
        column_config=_columns(key, rows),
    )
    hearing.player(key)
    now = [
        wire.Term(term=(row["term"] or "").strip(), sounds_like=(row["sounds_like"] or "").strip())
        for row in edited
        if (row["term"] or "").strip()
    ]
    clicked = st.button(
        say("Save as version {number}", number=number + 1),
        key="save-glossary",
        disabled=now == terms,
    )
    show(
        '<p class="l-quiet">Add a term in the last line; to remove some, mark them at the left.'
        " Transcripts know which version they were made with.</p>"
    )
    if clicked:
        with problems.told():
            session.client().change_glossary(domain.name, now)
            st.rerun()
