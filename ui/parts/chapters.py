"""The walkthrough: contents by part, and one chapter with its annotated source."""

from __future__ import annotations

from itertools import groupby

import streamlit as st
from markupsafe import Markup

from ui import wire
from ui.parts import faults, session, words
from ui.parts.html import html, joined, show

PAGE = "walkthrough.py"
LAST = 29
_BEFORE, _AFTER = 3, 10
"""Lines shown around an annotation at first."""


def contents(chapters: list[wire.Chapter]) -> None:
    """All chapters, by the parts of the book."""
    st.title("Walk through the book", anchor=False)
    show(
        '<p class="l-lead">How this product answers the concerns of Christian Kästner’s'
        " <em>Machine Learning in Production</em>, chapter by chapter, shown on its own source.</p>"
    )
    for part, group in groupby(chapters, key=lambda chapter: chapter.part):
        show(
            '<div class="l-section">{part}</div><ul class="l-chapters">{lines}</ul>',
            part=part,
            lines=joined(_line(chapter) for chapter in group),
        )


def _line(chapter: wire.Chapter) -> Markup:
    count = chapter.annotation_count
    return html(
        '<li><span class="n">{number}</span><a class="t" href="/walkthrough?chapter={number}"'
        ' target="_self">{title}</a><span class="c">{places}</span></li>',
        number=chapter.number,
        title=chapter.title,
        places=words.several(count, "place") if count else "not yet",
    )


def chapter_page(chapter: wire.ChapterPage) -> None:
    """One chapter."""
    show('<p class="l-quiet">{part}</p>', part=f"Part {chapter.part}")
    st.title(f"{chapter.number} · {words.plain(chapter.title)}", anchor=False)
    show(
        '<p class="l-lead">{concern}</p><p class="l-quiet"><a href="{address}" target="_blank"'
        ' rel="noopener noreferrer">Read the chapter in the book</a></p>',
        concern=chapter.concern,
        address=chapter.address,
    )
    if chapter.page:
        # Our own page of this checkout, not user input; Streamlit shows HTML in it as text
        st.markdown(_without_title(chapter.page))
    _places(chapter)
    _checks(chapter)
    own = [fault for fault in session.client().faults() if fault.chapter == chapter.number]
    if own:
        st.html('<div class="l-section">Break it</div>')
        faults.switches(own)
    _neighbours(chapter.number)


def _places(chapter: wire.ChapterPage) -> None:
    st.html('<div class="l-section">In the source</div>')
    if not chapter.annotations:
        show('<p class="l-quiet">No part of the source answers this chapter yet.</p>')
    for note in chapter.annotations:
        symbol = f" · {note.symbol}" if note.symbol else ""
        show(
            '<p class="l-note-summary">{summary}</p><p class="l-quiet">{place}</p>{lines}',
            summary=note.summary,
            place=f"{note.path}:{note.line}{symbol}",
            lines=excerpt(note),
        )


def excerpt(note: wire.Annotation) -> Markup:
    """The lines around the annotation; the whole function or class one click away."""
    lines = list(enumerate(note.excerpt.text.splitlines(), start=note.excerpt.first_line))
    near = [line for line in lines if -_BEFORE <= line[0] - note.line <= _AFTER]
    shown = html('<pre class="l-src">{lines}</pre>', lines=_numbered(near, note.line))
    if len(near) == len(lines):
        return shown
    return html(
        '{shown}<details class="l-whole"><summary>All {count} lines</summary>'
        '<pre class="l-src">{lines}</pre></details>',
        shown=shown,
        count=len(lines),
        lines=_numbered(lines, note.line),
    )


def _numbered(lines: list[tuple[int, str]], here: int) -> Markup:
    return joined(
        html(
            '<code class="{kind}"><i>{number}</i>{text}</code>',
            kind="here" if number == here else "",
            number=number,
            text=text,
        )
        for number, text in lines
    )


def _checks(chapter: wire.ChapterPage) -> None:
    st.html('<div class="l-section">Check it</div>')
    if not chapter.checks:
        show('<p class="l-quiet">No test is tied to this chapter yet.</p>')
        return
    show("<p><code>make check-{number}</code></p>", number=f"{chapter.number:02d}")
    with st.expander(f"The {words.several(len(chapter.checks), 'test')} it runs"):
        items = joined(html("<li><code>{check}</code></li>", check=c) for c in chapter.checks)
        show('<ul class="l-facts">{items}</ul>', items=items)


def _neighbours(number: int) -> None:
    with st.container(horizontal=True, key="l-turn"):
        st.page_link(PAGE, label="All chapters")
        if number > 1:
            st.page_link(PAGE, label="Previous", query_params={"chapter": str(number - 1)})
        if number < LAST:
            st.page_link(PAGE, label="Next", query_params={"chapter": str(number + 1)})


def _without_title(page: str) -> str:
    first, _, rest = page.lstrip().partition("\n")
    return rest if first.startswith("# ") else page
