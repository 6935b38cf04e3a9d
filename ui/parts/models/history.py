"""What was decided about a domain's versions, by whom and why; and the card of one."""

from __future__ import annotations

from urllib.parse import quote

import streamlit as st
from markupsafe import Markup

from ui import wire_models
from ui.parts import session, words
from ui.parts.html import html, joined, show
from ui.parts.models import phrases
from ui.words import many, say

SHOWN = 8


def section(events: list[wire_models.Event]) -> None:
    if not events:
        return
    show('<h2 class="l-section">What was decided</h2>')
    show('<ul class="l-facts">{items}</ul>', items=joined(map(_line, events[:SHOWN])))
    if len(events) > SHOWN:
        with st.expander(many(len(events) - SHOWN, "{count} earlier", "{count} earlier")):
            show('<ul class="l-facts">{items}</ul>', items=joined(map(_line, events[SHOWN:])))


def _line(event: wire_models.Event) -> Markup:
    what = phrases.happened(event.kind)
    return html(
        '<li>{what} <span class="l-quiet">{when}, {who}{why}</span></li>',
        what=say("Version {number} {happened}", number=event.version, happened=what)
        if event.version is not None
        else say("A version {happened}", happened=what),
        when=words.moment(event.at),
        who=phrases.who(event.by),
        why=f": {event.reason}" if event.reason else "",
    )


def card(version: wire_models.Version) -> None:
    """The model card, made from the record; fetched when somebody looks."""
    # Ch 10 · Deploying a Model: whoever depends on the model reads what it is for and where it fails
    show('<h2 class="l-section">Model card</h2>')
    show(
        '<p><a href="/api/domains/{domain}/versions/{number}/card"'
        ' download="{domain}-version-{number}.md">Download it</a> as Markdown, with the metadata'
        " that model hubs read.</p>",
        domain=quote(version.domain, safe=""),
        number=version.number,
    )
    if st.toggle(say("Read it here"), key="models-card"):
        text = session.client().card(version.domain, version.number)
        st.markdown(_body(text))


def _body(text: str) -> str:
    """Without the metadata at its top, and its title a step smaller than the page's."""
    _, _, body = text.partition("\n---\n") if text.startswith("---\n") else ("", "", text)
    return body.strip().replace("\n## ", "\n#### ").replace("# ", "### ", 1)
