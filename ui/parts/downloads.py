"""Taking a transcript away: one link that works at once, and what it gives to choose beside it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode

import streamlit as st

from ui import wire
from ui import wire_exports as exports
from ui.client import ApiError
from ui.parts import problems, session
from ui.parts.html import show
from ui.words import later, many, said_by_api, say

DEFAULT = "docx"
"""What most people open first. The API's own default is plain text, for programs."""
_REASONS = {
    "reading_speed": later("spoken faster than it can be read"),
    "too_short": later("too short to be seen"),
    "line_too_long": later("a word longer than a line"),
    "late": later("begin late"),
}


@st.fragment
def downloads(job: wire.Transcription) -> None:
    """The control; what is chosen stays while the page is open. The menu comes from the API."""
    with problems.told():
        offered = session.client().formats()
        with st.container(key="l-download", horizontal=True, vertical_alignment="center"):
            place = st.empty()
            with st.popover(_label(job, offered)):
                format, params = _choices(job, offered)
                if format.report:
                    _rules(job, params)
        address = f"/api/transcriptions/{quote(job.id, safe='')}/export?{urlencode(params)}"
        with place:
            show('<a class="l-button" href="{address}" download>Download</a>', address=address)


def _label(job: wire.Transcription, offered: exports.Formats) -> str:
    """The name of the chosen format, which is known before its widget is drawn."""
    chosen = st.session_state.get(_key(job, "format"), DEFAULT)
    return next((said_by_api(each.label) for each in offered.items if each.name == chosen), chosen)


def _choices(
    job: wire.Transcription, offered: exports.Formats
) -> tuple[exports.Format, dict[str, str]]:
    formats = {each.name: each for each in offered.items}
    names = list(formats)
    name = st.selectbox(
        say("File"),
        names,
        index=names.index(DEFAULT) if DEFAULT in names else 0,
        format_func=lambda each: (
            f"{said_by_api(formats[each].label)} · {said_by_api(formats[each].kind.lower())}"
        ),
        key=_key(job, "format"),
    )
    format = formats[name]
    show('<p class="l-quiet">{about}</p>', about=said_by_api(format.about))
    presets = {each.name: each for each in format.presets}
    preset = next(iter(presets))
    if len(presets) > 1:
        preset = st.radio(
            say("Made for"),
            list(presets),
            format_func=lambda each: said_by_api(presets[each].label),
            key=_key(job, name, "preset"),
        )
    params = {"format": name, "preset": preset}
    for option in _left_to_choose(job, format, offered):
        value = _option(job, name, presets[preset], option)
        if value != presets[preset].options[option.name]:
            params[option.name] = value
    return format, params


def _left_to_choose(
    job: wire.Transcription, format: exports.Format, offered: exports.Formats
) -> list[exports.Option]:
    """The options that the presets leave alike and that change something about this transcript."""
    idle = set()
    if job.language not in offered.filler_languages:
        idle.add("fillers")
    if job.language not in offered.number_languages:
        idle.add("numbers")
    if not any(segment.speaker for segment in job.segments):
        idle.add("speakers")
    return [
        option
        for option in format.options
        if option.name not in idle
        and len({preset.options[option.name] for preset in format.presets}) == 1
    ]


def _option(
    job: wire.Transcription, format: str, preset: exports.Preset, option: exports.Option
) -> str:
    """The value; what the preset sets is chosen until somebody chooses."""
    values = {each.value: said_by_api(each.label) for each in option.values}
    names = list(values)
    return st.selectbox(
        said_by_api(option.label),
        names,
        index=names.index(preset.options[option.name]),
        format_func=lambda each: values[each],
        key=_key(job, format, preset.name, option.name),
    )


def _rules(job: wire.Transcription, params: Mapping[str, str]) -> None:
    # Ch 7 · Planning for Mistakes: before a file is taken away the page says which rules it cannot keep
    try:
        report = session.client().export_report(job.id, params)
    except ApiError as error:
        show('<p class="l-quiet">{detail}</p>', detail=said_by_api(error.detail))
        return
    broken = report.cues - report.kept
    if not broken:
        return
    reasons = (f"{count} {say(_REASONS.get(r, r))}" for r, count in report.counts.items())
    show(
        '<p class="l-quiet">{said} Nothing is cut.</p>',
        said=many(
            report.cues,
            "{broken} of {count} subtitle cannot keep every rule: {reasons}.",
            "{broken} of {count} subtitles cannot keep every rule: {reasons}.",
            broken=broken,
            reasons=", ".join(reasons),
        ),
    )


def _key(job: wire.Transcription, *of: str) -> str:
    return "-".join(("download", job.id, *of))
