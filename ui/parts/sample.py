"""The sample: jargon heard by the generic model and with the field's terms, and three doors."""

# Ch 1 · Introduction: the same recording generic and adapted, which is what the start-up sells

from __future__ import annotations

import re

import streamlit as st
from markupsafe import Markup

from ui import wire
from ui.client import ApiError
from ui.parts import problems, session, words
from ui.parts.html import html, joined, show
from ui.words import said_by_api, say


def panel(*, open_: bool) -> None:
    """Open on the first run, folded away once there is something of one's own."""
    try:
        sample = session.client().sample()
    except ApiError as error:
        # A checkout without the sample is no reason to keep anyone from transcribing
        if error.code == problems.UNREACHABLE:
            raise
        return
    if open_:
        show('<div class="l-section">What it does with difficult words</div>')
        _side_by_side(sample)
        doors()
    else:
        with st.expander(say("A sample: what it does with difficult words")):
            _side_by_side(sample)
            doors()


def _side_by_side(sample: wire.Sample) -> None:
    origin = say("synthetic voices, two speakers") if sample.synthetic else say("two speakers")
    show(
        '<p class="l-quiet">{title}, {length}, {origin}. Terms of the field that came out right'
        " are <span class='l-right'>bold</span>.</p>",
        title=sample.title,
        length=words.length(sample.duration),
        origin=origin,
    )
    show('<audio class="l-audio" controls preload="none" src="/api/sample/audio"></audio>')
    show(
        '<div class="l-pair"><div>{generic}</div><div>{adapted}</div></div>',
        generic=_version(say("Generic"), sample.generic, sample.glossary),
        adapted=_version(say("Adapted"), sample.adapted, sample.glossary),
    )


def _version(title: str, version: wire.Version, glossary: list[str]) -> Markup:
    facts = [version.model, said_by_api(version.how or "")]
    if version.terms_right is not None and version.terms is not None:
        facts.append(
            say(
                "{terms_right} of {terms} terms right",
                terms_right=version.terms_right,
                terms=version.terms,
            )
        )
    return html(
        '<h3>{title}</h3><p class="l-quiet">{facts}</p><p class="l-text">{text}</p>',
        title=title,
        facts=" · ".join(fact for fact in facts if fact),
        text=marked(version.text, glossary),
    )


def marked(text: str, glossary: list[str]) -> Markup:
    """`text`, escaped, with the terms of `glossary` that occur in it set apart."""
    terms = sorted((term for term in glossary if term.strip()), key=len, reverse=True)
    if not terms:
        return html("{text}", text=text)
    pattern = re.compile(rf"\b({'|'.join(map(re.escape, terms))})\b", re.IGNORECASE)
    pieces = pattern.split(text)
    return joined(
        html('<span class="l-right">{term}</span>', term=piece) if odd else html("{t}", t=piece)
        for number, piece in enumerate(pieces)
        for odd in [number % 2]
    )


def doors() -> None:
    """Three ways to go on."""
    show('<div class="l-section">Where to go from here</div>')
    with st.container(gap="xsmall"):
        st.button(say("Transcribe this sample"), on_click=_transcribe, key="door-sample")
        show('<p class="l-quiet">Or drop a recording of your own above.</p>')
    with st.container(gap="xxsmall"):
        st.page_link("quality.py", label=f"**{say('See how good it is')}**")
        show(
            '<p class="l-quiet">How many words come out wrong, for whom, and how sure that is;'
            " with the worst recordings to listen to.</p>"
        )
    with st.container(gap="xxsmall"):
        st.page_link("walkthrough.py", label=f"**{say('Walk through the book')}**")
        show(
            '<p class="l-quiet">How this product is built, chapter by chapter of <em>Machine'
            " Learning in Production</em>, with faults to switch on.</p>"
        )


def _transcribe() -> None:
    client = session.client()
    with problems.announced():
        name, content = client.sample_audio()
        client.transcribe(client.upload(name, content).id)
