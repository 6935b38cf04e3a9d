"""Making a domain: a page of text or a list of terms, what stands out in it, and a name for it."""

# Ch 9 · Quality Attributes of ML Components: customers teach the recogniser their words without a data scientist

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from ui import wire_domains as wire
from ui.client import ApiError
from ui.parts import problems, session
from ui.parts.domains import facts, hearing
from ui.parts.html import html, joined, show
from ui.words import many, said_by_api, say

PAGE = "domains.py"
TICKED = 100
"""Proposals that are ticked from the start: the first ones are nearly all terms."""
KINDS = ["pdf", "pptx", "docx", "csv", "tsv", "txt", "md"]
MAX_MB = 20
NOTICE = "domain-notice"
"""In the session: what the page of a domain that was just made has to say."""
_STATE = "making"
_TABLE = "proposals"


@dataclass(slots=True)
class Making:
    """What was proposed, of what; in this tab."""

    proposals: wire.Proposals
    source: str
    """A file's name, or where the terms are from."""


def begin(proposals: wire.Proposals, source: str) -> None:
    """Go to the page with these terms ready to be chosen from."""
    st.session_state[_STATE] = Making(proposals, source)
    st.switch_page(PAGE, query_params={"new": "1"})


def page() -> None:
    st.title(say("New domain"), anchor=False)
    made: Making | None = st.session_state.get(_STATE)
    title = st.text_input(
        say("Name of the field"),
        key="making-title",
        max_chars=80,
        placeholder=say("Poverty research"),
    )
    _source(made)
    made = st.session_state.get(_STATE)
    if made is None:
        st.page_link(PAGE, label=say("All domains"))
        return
    _proposed(made)
    _finish(made, title)


def _source(made: Making | None) -> None:
    """Where terms come from; folded away once there are some."""
    where = st.expander(say("Other text"), expanded=False) if made else st.container()
    with where:
        text = st.text_area(
            say("Paste a page of text, or a list of terms, one a line"),
            key="making-text",
            height=200,
            placeholder=say("A paper, a programme, an interview guide … or: EU-SILC"),
        )
        file = st.file_uploader(
            say(
                "or a file: PDF, PowerPoint, Word, CSV programme, text; at most {number} MB",
                number=MAX_MB,
            ),
            type=KINDS,
            max_upload_size=MAX_MB,
            key="making-file",
        )
        show(
            '<p class="l-quiet">It stays on this computer. English text; a list may be of any'
            " language.</p>"
        )
        kind = "secondary" if made else "primary"
        if st.button(say("Find the terms"), type=kind, key="making-find"):  # type: ignore[arg-type]
            _find(text, file)


def _find(text: str, file: Any) -> None:
    if file is None and not text.strip():
        show(
            '<div class="l-note"><p>There is nothing to look through yet. Paste some text, or'
            " choose a file.</p></div>"
        )
        return
    try:
        with st.spinner(say("Reading it and looking for terms, some seconds"), width="content"):
            if file is not None:
                found = session.client().propose(file.name, file.getvalue())
            else:
                found = session.client().propose_from_text(text)
    except ApiError as error:
        problems.tell(error, file.name if file is not None else "")
        return
    st.session_state[_STATE] = Making(found, file.name if file is not None else "")
    for key in (_TABLE, f"{_TABLE}-heard"):
        st.session_state.pop(key, None)
    st.rerun()


def _proposed(made: Making) -> None:
    found = made.proposals
    show(
        '<div class="l-section">Terms</div><p>{found}. Untick what is no term; where a spelling'
        " misleads, write how it sounds.</p>",
        found=_found(made),
    )
    if found.notes:
        notes = joined(html("<li>{note}</li>", note=said_by_api(note)) for note in found.notes)
        show('<ul class="l-facts">{notes}</ul>', notes=notes)
    if not found.terms:
        return
    st.data_editor(
        [_row(number, term) for number, term in enumerate(found.terms)],
        key=_TABLE,
        hide_index=True,
        height=min(480, 37 + 35 * len(found.terms)),
        disabled=["count", "why", "example"],
        column_config={
            "use": st.column_config.CheckboxColumn(say("Use"), width=68),
            "term": st.column_config.TextColumn(
                say("Term"), width=170, max_chars=60, required=True
            ),
            "sounds_like": st.column_config.TextColumn(say("Sounds like"), width=150, max_chars=60),
            "hear": hearing.column(_TABLE, _heard),
            "count": st.column_config.NumberColumn(say("Times"), width=55),
            "why": st.column_config.TextColumn(say("Why"), width=200),
            "example": st.column_config.TextColumn(say("Example"), width=600),
        },
    )
    hearing.player(_TABLE)


def _found(made: Making) -> str:
    """`12 terms in 800 words`, `12 terms from glossary.csv`."""
    found = made.proposals
    terms = many(len(found.terms), "{count} term", "{count} terms")
    if not found.text:
        return say("{terms} from {source}", terms=terms, source=made.source)
    return many(found.words, "{terms} in {count} word", "{terms} in {count} words", terms=terms)


def _row(number: int, term: wire.ProposedTerm) -> dict[str, Any]:
    return {
        "use": number < TICKED,
        "term": term.term,
        "sounds_like": term.sounds_like,
        "hear": say(hearing.LABEL),
        "count": term.count,
        "why": said_by_api(term.why),
        "example": term.examples[0] if term.examples else "",
    }


def _rows(made: Making) -> list[dict[str, Any]]:
    """The table as it stands, with what was changed in it."""
    changed = (st.session_state.get(_TABLE) or {}).get("edited_rows", {})
    rows = [_row(number, term) for number, term in enumerate(made.proposals.terms)]
    return [row | changed.get(number, {}) for number, row in enumerate(rows)]


def _heard(row: int) -> tuple[str, str] | None:
    rows = _rows(st.session_state[_STATE])
    return (rows[row]["term"], rows[row]["sounds_like"] or "") if row < len(rows) else None


def _finish(made: Making, title: str) -> None:
    chosen = [
        wire.Term(term=row["term"], sounds_like=row["sounds_like"] or "")
        for row in _rows(made)
        if row["use"] and (row["term"] or "").strip()
    ]
    name = facts.short_name(title)
    about = st.text_input(
        say("What it is about (may stay empty)"), key="making-about", max_chars=300
    )
    clicked = st.button(
        many(len(chosen), "Make this domain of {count} term", "Make this domain of {count} terms"),
        type="primary",
        key="making-make",
        disabled=not chosen,
    )
    if not title.strip():
        show('<p class="l-quiet">It needs a name: write it at the top of this page.</p>')
    elif not name:
        show('<p class="l-quiet">Its name needs a letter from a to z or a digit.</p>')
    else:
        show('<p class="l-quiet">In addresses and commands it is called {name}.</p>', name=name)
    if clicked and name:
        with problems.told():
            session.client().make_domain(name, title=title, about=about, terms=chosen)
            _keep_text(name, made.proposals)
            _forget()
            st.switch_page(PAGE, query_params={"name": name})


def _keep_text(name: str, found: wire.Proposals) -> None:
    """Give the domain the text its terms were found in; it exists in any case."""
    if not found.prose:
        return
    try:
        session.client().keep_domain_text(name, found.text)
    except ApiError as error:
        if error.code == problems.UNREACHABLE:
            raise
        st.session_state[NOTICE] = say(
            "The domain is made and its glossary works. Its text was not kept: {detail}",
            detail=said_by_api(error.detail),
        )


def _forget() -> None:
    for key in list(st.session_state):
        if str(key).startswith((_STATE, _TABLE)):
            del st.session_state[key]
