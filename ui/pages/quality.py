"""Quality (`?run=…`): how good it is, for whom, how sure that is; and the recordings behind it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui.parts import quality, session
from ui.parts.quality import (
    certainty,
    choose,
    clips,
    compare,
    conditions,
    groups,
    headline,
    limits,
)
from ui.words import say

_LOOK = Path(quality.__file__).parent / "quality.css"


def page() -> None:
    st.html(_LOOK)
    st.title(say("How good is it?"), anchor=False)
    client = session.client()
    found = client.runs()
    if not found.runs:
        headline.empty()
        limits.unreadable(found.unreadable)
        return
    models = client.models()
    now = choose.chosen(found.runs, st.query_params.get("run", ""), models)
    headline.overview(choose.usual(found.runs, models), now)
    choose.choosers(found.runs, now)
    run = client.run(now.name)
    headline.figure(run)
    headline.other_counts(run)
    groups.section(run)
    certainty.calibration(run.summary.calibration)
    certainty.nonspeech(run.summary.nonspeech)
    conditions.section(found.runs, now)
    clips.section(run)
    compare.section(found, now)
    limits.section(run)
    limits.how_made(run)
    limits.unreadable(found.unreadable)


page()
