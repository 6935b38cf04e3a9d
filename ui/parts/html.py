"""Our own HTML, with everything that is not ours escaped.

File names, transcripts and messages are other people's input. They reach the page only as values
of a template, which `markupsafe` escapes; Streamlit's sanitiser stands behind that and scripts
never run in `st.html`.
"""

# Ch 28 · Security and Privacy: a file name or a transcript cannot become part of the page's code

from __future__ import annotations

from collections.abc import Iterable
from typing import LiteralString

import streamlit as st
from markupsafe import Markup

from ui.words import localised


def html(template: LiteralString, /, **values: object) -> Markup:
    """Fill a template of ours, its words in the reader's language; values are escaped unless they
    are `Markup` themselves."""
    return Markup(localised(template)).format(**values)


def joined(pieces: Iterable[Markup]) -> Markup:
    return Markup("").join(pieces)


def with_code(text: str) -> Markup:
    """`text`, escaped, with what stands between backticks set as code."""
    return joined(
        html("<code>{piece}</code>", piece=piece) if number % 2 else html("{p}", p=piece)
        for number, piece in enumerate(text.split("`"))
    )


def show(template: LiteralString, /, **values: object) -> None:
    """Fill a template and put it on the page."""
    st.html(str(html(template, **values)))
