"""A dialogue with a title in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec

import streamlit as st

_P = ParamSpec("_P")


def opened(title: str, body: Callable[_P, None], *args: _P.args, **kwargs: _P.kwargs) -> None:
    """Streamlit's decorator fixes the title when the file is read; here it is said as it opens."""
    st.dialog(title)(body)(*args, **kwargs)
