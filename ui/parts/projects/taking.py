"""All transcripts of a project in one ZIP: the format is chosen, the browser fetches it."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import streamlit as st

from ui import wire_projects as wire
from ui.parts import problems, session, words
from ui.parts.downloads import DEFAULT
from ui.parts.html import html, show


def link(project: wire.Project, *, primary: bool) -> None:
    """Nothing while none is finished."""
    ready = project.progress.succeeded
    if not ready:
        return
    st.html('<div class="l-section">Take away</div>')
    with problems.told():
        formats = {each.name: each for each in session.client().formats().items}
        names = list(formats)
        with st.container(key="l-download", horizontal=True, vertical_alignment="center"):
            place = st.empty()
            with st.popover(formats[st.session_state.get("project-format", DEFAULT)].label):
                name = st.selectbox(
                    "File",
                    names,
                    index=names.index(DEFAULT),
                    format_func=lambda each: formats[each].label,
                    key="project-format",
                )
                presets = {each.name: each.label for each in formats[name].presets}
                preset = next(iter(presets))
                if len(presets) > 1:
                    preset = st.radio(
                        "Made for",
                        list(presets),
                        format_func=lambda each: presets[each],
                        key=f"project-preset-{name}",
                    )
        params = urlencode({"format": name, "preset": preset})
        address = f"/api/projects/{quote(project.id, safe='')}/export?{params}"
        label = f"Download {words.several(ready, 'transcript')} as ZIP"
        # One primary action a page: while something waits to be started, that is it
        look = html(' class="l-button"') if primary else html("")
        with place:
            show(
                '<a{look} href="{address}" download>{label}</a>',
                look=look,
                address=address,
                label=label,
            )
