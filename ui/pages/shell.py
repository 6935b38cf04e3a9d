"""What every page shares: the navigation, the look, and the notice of a simulated fault."""

from __future__ import annotations

import streamlit as st

from ui.client import ApiError
from ui.parts import faults, look, problems, switch
from ui.words import begin, say

begin()
PAGES = [
    st.Page("transcribe.py", title=say("Transcribe"), url_path="transcribe", default=True),
    st.Page("library.py", title=say("Library"), url_path="library"),
    st.Page("projects.py", title=say("Projects"), url_path="projects"),
    st.Page("domains.py", title=say("Domains"), url_path="domains"),
    st.Page("quality.py", title=say("Quality"), url_path="quality"),
    st.Page("models.py", title=say("Models"), url_path="models"),
    st.Page("walkthrough.py", title=say("Walkthrough"), url_path="walkthrough"),
    st.Page("settings.py", title=say("Settings"), url_path="settings"),
    st.Page("transcript.py", title=say("Transcript"), url_path="transcript", visibility="hidden"),
    st.Page("compare.py", title=say("Compare"), url_path="compare", visibility="hidden"),
]

st.set_page_config(page_title="Lectern", layout="centered")
look.apply()
page = st.navigation(PAGES, position="top")
try:
    faults.notice()
    page.run()
except ApiError as error:
    if error.code == problems.UNREACHABLE:
        problems.wait_for_service()
    else:
        problems.tell(error)
switch.languages()
