"""Our own components of the page, each registered once for every language, with its words in it.

Streamlit keeps a component's HTML and script for the whole process, so one for each language gives
each visitor the right words. In the scripts `said("…", {name})` says a sentence, `saidByApi(text)`
one that the API sent, and `LOCALE` formats numbers and dates.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from ui.words import LANGUAGES, language, localised, using
from ui.words.answers import ANSWERS
from ui.words.catalogue import FOLDER, LOCALES, translations
from ui.words.collect import script_messages

_SAYING = (FOLDER / "said.js").read_text()


def component(name: str, html: Path, css: Path, scripts: Sequence[Path]) -> Callable[..., Any]:
    """What mounts it, as `st.components.v2.component` gives it, in the language of the moment."""
    mounts = {}
    for code in LANGUAGES:
        with using(code):
            mounts[code] = st.components.v2.component(
                f"{name}_{code}",
                html=localised(html.read_text()),
                css=css.read_text(),
                js="\n".join((dictionary(code, scripts), *(path.read_text() for path in scripts))),
            )

    def mount(**arguments: Any) -> Any:
        return mounts[language()](**arguments)

    return mount


def dictionary(code: str, scripts: Sequence[Path]) -> str:
    """The words of these scripts as JavaScript, and what looks them up."""
    said = translations(code).gettext
    texts = [*(text for path in scripts for text in script_messages(path)), *ANSWERS]
    words = {text: said(text) for text in texts if said(text) != text}
    # Nothing of it can end a script
    told = json.dumps(words).replace("<", "\\u003c")
    locale = json.dumps(LOCALES[code].replace("_", "-"))
    return "\n".join((f"const WORDS={told};", f"const LOCALE={locale};", _SAYING))
