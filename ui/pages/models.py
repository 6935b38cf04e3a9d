"""Models (`?domain=ruby&version=2`): what serves each domain, how good it is, and the way back."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui import wire_models
from ui.client import ApiError
from ui.parts import models, problems, quality, session
from ui.parts.html import show
from ui.parts.models import actions, figures, gate, heading, history, lineage, made, overview
from ui.words import say

_LOOKS = (
    Path(quality.__file__).parent / "quality.css",
    Path(models.__file__).parent / "models.css",
)


def page() -> None:
    for look in _LOOKS:
        st.html(look)
    domain = st.query_params.get("domain", "")
    serving = session.client().serving()
    if not domain:
        st.title(say("Models"), anchor=False)
        overview.section(serving)
        return
    mine = next((each for each in serving if each.domain == domain), None)
    if mine is None:
        st.title(say("Models"), anchor=False)
        problems.tell(ApiError("domain_not_found", say("There is no such domain here."), 404))
        st.page_link("models.py", label=say("All domains"))
        return
    _field(mine)


def _field(mine: wire_models.Serving) -> None:
    client = session.client()
    found = client.versions(mine.domain)
    number = heading.chosen(found, st.query_params.get("version", ""))
    if number is None:
        heading.none_yet(mine)
        return
    version = client.version(mine.domain, number)
    done = client.made_by(mine.domain, number)
    heading.section(mine.title, found, version)
    withdrawn = version.state == "withdrawn"
    if withdrawn:
        made.section(version, done)
    actions.section(found, version)
    heading.figure(version.headline)
    heading.versus(found)
    figures.section(version.record, version.headline)
    gate.section(version.record.gate)
    lineage.section(found, version)
    lineage.training(version.record, version.headline.metric if version.headline else "")
    if not withdrawn:
        show('<h2 class="l-section">What it made</h2>')
        made.section(version, done)
    history.section(found.events)
    history.card(version)


page()
