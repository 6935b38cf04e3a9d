"""Recordings that are uploaded and not started yet: what each will take, and the start.

Which they are stands in the page's address (`?recordings=…`), so that a reload shows them again.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from ui import wire
from ui.client import ApiError
from ui.parts import problems, session, words
from ui.parts.html import show

_PARAMETER = "recordings"
_MOST = 100
LANGUAGES = {
    "": "Detect",
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "it": "Italian",
    "pt": "Portuguese",
    "nl": "Dutch",
    "pl": "Polish",
    "cs": "Czech",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ru": "Russian",
    "ar": "Arabic",
    "hi": "Hindi",
    "zh": "Chinese",
    "ja": "Japanese",
    "ko": "Korean",
}
"""The usual ones; the API knows a hundred."""


@dataclass(frozen=True, slots=True)
class Options:
    language: str | None
    model: str | None
    keywords: tuple[str, ...]


def ids() -> list[str]:
    """What is prepared, as the address says; at most a hundred."""
    stated = st.query_params.get(_PARAMETER, "").split(",")
    return list(dict.fromkeys(item for item in stated if item.startswith("rec_")))[:_MOST]


def keep(new: list[str]) -> None:
    """Note in the address what has arrived and was not noted before."""
    noted: set[str] = st.session_state.setdefault("noted_recordings", set())
    fresh = [item for item in new if item not in noted]
    noted.update(fresh)
    if fresh:
        _set(ids() + fresh)


def panel() -> None:
    """The recordings, the options and the one button; nothing when there are none."""
    failures: dict[str, ApiError] = st.session_state.pop("start_failures", {})
    if not (prepared := ids()):
        return
    st.html('<div class="l-section">Ready to start</div>')
    ahead_s, shown = 0.0, 0
    for recording_id in prepared:
        recording = _read(recording_id, st.session_state.get("option_model"))
        if recording is None:
            continue
        ahead_s += _row(recording, ahead_s)
        shown += 1
        if recording_id in failures:
            problems.tell(failures[recording_id], recording.name)
    if not shown:
        return
    # The button stands above the options it depends on, so that opening them does not move it
    action = st.container()
    asked = _options()
    label = f"Transcribe {words.several(shown, 'recording')}"
    action.button(label, type="primary", on_click=_start, args=(asked,), key="start")


def _read(recording_id: str, model: str | None) -> wire.Recording | None:
    try:
        return session.client().recording(recording_id, model)
    except ApiError as error:
        if error.code == problems.UNREACHABLE:
            raise
        # Started in another tab, or deleted after its day: no longer something to start
        _set([item for item in ids() if item != recording_id])
        return None


def _row(recording: wire.Recording, ahead_s: float) -> float:
    """Show one; `ahead_s` is the time the ones above take. Returns the time this one takes."""
    estimate = recording.estimate
    facts = [words.length(recording.duration_s)]
    own_s = 0.0
    if estimate is not None:
        facts.append(words.finishes(estimate.finish_in_s + ahead_s))
        facts += [f"model {estimate.model}", f"processed on {estimate.location}"]
        if not estimate.measured:
            facts.append("a first guess, speed not measured here yet")
        own_s = (recording.duration_s or 0.0) / max(estimate.realtime_factor, 0.01)
    with st.container(key=f"l-entry-{recording.id}", gap=None):
        show('<span class="l-name">{name}</span>', name=recording.name)
        show('<p class="l-quiet">{facts}</p>', facts=" · ".join(fact for fact in facts if fact))
        st.button(
            "Remove",
            key=f"remove-{recording.id}",
            type="tertiary",
            on_click=_remove,
            args=(recording.id,),
        )
    return own_s


def _options() -> Options:
    with st.expander("More"):
        language = st.selectbox(
            "Language", list(LANGUAGES), format_func=lambda code: LANGUAGES[code], key="option_lang"
        )
        model = st.selectbox("Model", session.client().models(), key="option_model")
        terms = st.text_area(
            "Expected terms",
            key="option_terms",
            placeholder="Foster-Greer-Thorbecke, EU-SILC, Atkinson index",
            help="Names and jargon that occur in the recordings, separated by commas or lines.",
        )
    pieces = (piece.strip() for line in terms.splitlines() for piece in line.split(","))
    return Options(
        language or None, model, tuple(dict.fromkeys(piece for piece in pieces if piece))
    )


def _start(asked: Options) -> None:
    """Start each; one that is refused stays where it is, with its reason, and stops no other."""
    failures: dict[str, ApiError] = {}
    for recording_id in ids():
        try:
            session.client().transcribe(
                recording_id,
                language=asked.language,
                model=asked.model,
                keywords=asked.keywords,
            )
        except ApiError as error:
            failures[recording_id] = error
    st.session_state["start_failures"] = failures
    _set(list(failures))


def _remove(recording_id: str) -> None:
    _set([item for item in ids() if item != recording_id])
    with problems.announced():
        session.client().delete_recording(recording_id)


def _set(recording_ids: list[str]) -> None:
    if recording_ids:
        st.query_params[_PARAMETER] = ",".join(dict.fromkeys(recording_ids))
    elif _PARAMETER in st.query_params:
        del st.query_params[_PARAMETER]
