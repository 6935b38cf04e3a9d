"""All transcripts of a project in one ZIP: the format is chosen, the browser fetches it."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import streamlit as st

from ui import wire_projects as wire
from ui.parts import problems, session
from ui.parts.downloads import DEFAULT
from ui.parts.html import show
from ui.words import many, said_by_api, say


def link(project: wire.Project, *, primary: bool) -> None:
    """Nothing while none is finished."""
    ready = project.progress.succeeded
    if not ready:
        return
    show('<div class="l-section">Take away</div>')
    with problems.told():
        formats = {each.name: each for each in session.client().formats().items}
        names = list(formats)
        chosen = st.session_state.get("project-format", DEFAULT)
        with st.container(key="l-download", horizontal=True, vertical_alignment="center"):
            place = st.empty()
            with st.popover(said_by_api(formats[chosen].label)):
                name = st.selectbox(
                    say("File"),
                    names,
                    index=names.index(DEFAULT),
                    format_func=lambda each: said_by_api(formats[each].label),
                    key="project-format",
                )
                presets = {each.name: each.label for each in formats[name].presets}
                preset = next(iter(presets))
                if len(presets) > 1:
                    preset = st.radio(
                        say("Made for"),
                        list(presets),
                        format_func=lambda each: said_by_api(presets[each]),
                        key=f"project-preset-{name}",
                    )
        params = urlencode({"format": name, "preset": preset})
        address = f"/api/projects/{quote(project.id, safe='')}/export?{params}"
        label = many(
            ready, "Download {count} transcript as ZIP", "Download {count} transcripts as ZIP"
        )
        with place:
            # One primary action a page: while something can be started, that is it
            if primary:
                show(
                    '<a class="l-button" href="{address}" download>{label}</a>',
                    address=address,
                    label=label,
                )
            else:
                show('<a href="{address}" download>{label}</a>', address=address, label=label)
