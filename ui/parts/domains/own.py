"""A domain's own page: what it is, what serves it, its glossary, and its end."""

from __future__ import annotations

import streamlit as st

from ui import wire_domains as wire
from ui.parts import dialog, problems, session
from ui.parts.domains import adaptation, facts, glossary, making, preview
from ui.parts.html import show
from ui.words import many, say

PAGE = "domains.py"


def page(domain: wire.Domain) -> None:
    show('<h1 class="l-title">{title}</h1>', title=domain.title)
    if domain.about:
        show('<p class="l-lead">{about}</p>', about=domain.about)
    show('<p class="l-quiet">{line}</p>', line=facts.line(domain))
    if domain.model_version is not None:
        label = say("How the adapter was made and judged")
        st.page_link("models.py", label=label, query_params={"domain": domain.name})
    if st.button(say("Transcribe with this domain"), type="primary", key="use-domain"):
        st.switch_page("transcribe.py", query_params={"domain": domain.name})
    if notice := st.session_state.pop(making.NOTICE, ""):
        show('<div class="l-note"><p>{notice}</p></div>', notice=notice)
    glossary.section(domain)
    _text(domain)
    preview.section(domain)
    adaptation.section(domain)
    if not domain.shipped and st.button(
        say("Remove this domain"), key="remove-domain", type="tertiary"
    ):
        dialog.opened(say("Remove this domain?"), _confirm, domain)
    st.page_link(PAGE, label=say("All domains"))


def _text(domain: wire.Domain) -> None:
    """How much the domain has to be trained with, and where that came from."""
    if domain.shipped:
        return
    found = session.client().domain_text(domain.name)
    if found is not None:
        show(
            '<p class="l-quiet">The page of text its terms came from is kept for training:'
            " {text}.</p>",
            text=many(
                found.sentences,
                "{words} in {count} sentence",
                "{words} in {count} sentences",
                words=many(found.words, "{count} word", "{count} words"),
            ),
        )


def _confirm(domain: wire.Domain) -> None:
    show(
        '<p><span class="l-name">{title}</span></p><p>It can no longer be chosen. Transcripts made'
        " with it stay as they are.</p>",
        title=domain.title,
    )
    with st.container(horizontal=True):
        name = (domain.name,)
        if st.button(say("Remove"), type="primary", key="remove-yes", on_click=_remove, args=name):
            st.switch_page(PAGE)
        if st.button(say("Keep"), key="remove-no"):
            st.rerun()


def _remove(name: str) -> None:
    with problems.announced():
        session.client().remove_domain(name)
