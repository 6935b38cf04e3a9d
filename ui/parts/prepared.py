"""Recordings that are uploaded and not started yet: what each will take, and the start.

Which they are stands in the page's address, too (`?recordings=…`), so that a reload shows them
again.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from ui import wire
from ui.client import ApiError
from ui.parts import domain_choice, problems, session, words
from ui.parts.html import show
from ui.words import later, many, say

_PARAMETER = "recordings"
_MOST = 100
LANGUAGES = {
    "": later("Detect"),
    "en": later("English"),
    "de": later("German"),
    "fr": later("French"),
    "es": later("Spanish"),
    "it": later("Italian"),
    "pt": later("Portuguese"),
    "nl": later("Dutch"),
    "pl": later("Polish"),
    "cs": later("Czech"),
    "tr": later("Turkish"),
    "uk": later("Ukrainian"),
    "ru": later("Russian"),
    "ar": later("Arabic"),
    "hi": later("Hindi"),
    "zh": later("Chinese"),
    "ja": later("Japanese"),
    "ko": later("Korean"),
}
"""The usual ones; the API knows a hundred."""


@dataclass(frozen=True, slots=True)
class Options:
    language: str | None
    model: str | None
    domain: str | None
    keywords: tuple[str, ...]


@dataclass(slots=True)
class Shelf:
    """Ids of what is prepared in this tab, and of everything that ever was.

    Kept here and only mirrored in the address: a click can interrupt a run at any call of
    Streamlit, and the address comes back from the browser later than the next click.
    """

    ids: list[str]
    noted: set[str]

    def add(self, new: list[str]) -> None:
        for item in new:
            if item not in self.noted:
                self.ids.append(item)
                self.noted.add(item)

    def drop(self, recording_id: str) -> None:
        self.ids = [item for item in self.ids if item != recording_id]


def _shelf() -> Shelf:
    if "shelf" not in st.session_state:
        stated = st.query_params.get(_PARAMETER, "").split(",")
        known = list(dict.fromkeys(item for item in stated if item.startswith("rec_")))[:_MOST]
        st.session_state["shelf"] = Shelf(known, set(known))
    shelf: Shelf = st.session_state["shelf"]
    return shelf


def keep(*new: list[str]) -> None:
    """Note what has arrived and was not noted before."""
    shelf = _shelf()
    for ids in new:
        shelf.add(ids)
    _mirror(shelf)


def panel() -> None:
    """The recordings, the options and the one button; nothing when there are none."""
    failures: dict[str, ApiError] = st.session_state.pop("start_failures", {})
    shelf = _shelf()
    if not shelf.ids:
        domain_choice.announced()
        return
    show('<div class="l-section">Ready to start</div>')
    domain = domain_choice.chosen()
    ahead_s, shown = 0.0, 0
    for recording_id in list(shelf.ids):
        recording = _read(recording_id, st.session_state.get("option_model"), domain)
        if recording is None:
            continue
        ahead_s += _row(recording, ahead_s)
        shown += 1
        if recording_id in failures:
            problems.tell(failures[recording_id], recording.name)
    _mirror(shelf)
    if not shown:
        return
    domain_choice.select()
    # The button stands above the options it depends on, so that opening them does not move it
    action = st.container()
    asked = _options(domain)
    label = many(shown, "Transcribe {count} recording", "Transcribe {count} recordings")
    action.button(label, type="primary", on_click=_start, args=(asked,), key="start")


def _read(recording_id: str, model: str | None, domain: str | None) -> wire.Recording | None:
    try:
        return session.client().recording(recording_id, model, domain)
    except ApiError as error:
        if error.code == problems.UNREACHABLE:
            raise
        # Started in another tab, or deleted after its day: no longer something to start
        _shelf().drop(recording_id)
        return None


def _row(recording: wire.Recording, ahead_s: float) -> float:
    """Show one; `ahead_s` is the time the ones above take. Returns the time this one takes."""
    estimate = recording.estimate
    facts = [words.length(recording.duration_s)]
    own_s = 0.0
    if estimate is not None:
        facts.append(words.finishes(estimate.finish_in_s + ahead_s))
        facts += [
            say("model {model}", model=words.model(estimate.model)),
            say("processed on {location}", location=estimate.location),
        ]
        if not estimate.measured:
            facts.append(say("a first guess, speed not measured here yet"))
        own_s = (recording.duration_s or 0.0) / max(estimate.realtime_factor, 0.01)
    with st.container(key=f"l-entry-{recording.id}", gap=None):
        show('<span class="l-name">{name}</span>', name=recording.name)
        show('<p class="l-quiet">{facts}</p>', facts=" · ".join(fact for fact in facts if fact))
        st.button(
            say("Remove"),
            key=f"remove-{recording.id}",
            type="tertiary",
            on_click=_remove,
            args=(recording.id,),
        )
    return own_s


def _options(domain: str | None) -> Options:
    with st.expander(say("More")):
        language = st.selectbox(
            say("Language"),
            list(LANGUAGES),
            format_func=lambda code: say(LANGUAGES[code]),
            key="option_lang",
        )
        model = st.selectbox(say("Model"), session.client().models(), key="option_model")
        terms = st.text_area(
            say("Expected terms"),
            key="option_terms",
            placeholder=say("Foster-Greer-Thorbecke, EU-SILC, Atkinson index"),
            help=say(
                "Names and jargon that occur in the recordings, separated by commas or lines."
            ),
        )
    pieces = (piece.strip() for line in terms.splitlines() for piece in line.split(","))
    terms_asked = tuple(dict.fromkeys(piece for piece in pieces if piece))
    return Options(language or None, model, domain, terms_asked)


def _start(asked: Options) -> None:
    """Start each; one that is refused stays where it is, with its reason, and stops no other."""
    failures: dict[str, ApiError] = {}
    shelf = _shelf()
    for recording_id in list(shelf.ids):
        try:
            session.client().transcribe(
                recording_id,
                language=asked.language,
                model=asked.model,
                domain=asked.domain,
                keywords=asked.keywords,
            )
        except ApiError as error:
            failures[recording_id] = error
        else:
            shelf.drop(recording_id)
    st.session_state["start_failures"] = failures


def _remove(recording_id: str) -> None:
    _shelf().drop(recording_id)
    with problems.announced():
        session.client().delete_recording(recording_id)


def _mirror(shelf: Shelf) -> None:
    """Say in the address what is prepared, so that a reload finds it."""
    wanted = ",".join(shelf.ids)
    if wanted == st.query_params.get(_PARAMETER, ""):
        return
    if wanted:
        st.query_params[_PARAMETER] = wanted
    else:
        del st.query_params[_PARAMETER]
