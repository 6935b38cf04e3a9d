"""Compare (`?id=tr_…&with=tr_…`): two transcripts of one recording beside each other."""

from __future__ import annotations

import streamlit as st

from ui.parts import compare

compare.page(st.query_params.get("id", ""), st.query_params.get("with", ""))
