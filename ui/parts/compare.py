"""Two transcripts of one recording: how far they agree, where they do not, and who was here."""

# Ch 7 · Planning for Mistakes: where two models disagree, one of them is wrong, and one click plays it

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ui import wire, wire_domains, wire_review
from ui.client import ApiError
from ui.parts import carry, problems, session, words
from ui.parts.again import address, described
from ui.parts.domains import side_by_side
from ui.parts.html import show
from ui.words import many, say

SHOWN = 200
"""Passages at once; ten hours have two thousand."""


def page(one_id: str, other_id: str) -> None:
    """Refusals of the API are told: each has its own sentence."""
    client = session.client()
    try:
        one, other = client.transcription(one_id), client.transcription(other_id)
        found = client.beside(one_id, other_id)
    except ApiError as error:
        if error.code == problems.UNREACHABLE:
            raise
        _refused(error)
        return
    show('<h1 class="l-title">{name}</h1>', name=one.name)
    _figures(found)
    names = _names(one, other)
    show(
        '<p class="l-quiet">First: <a href="{one}" target="_self">{name}</a>. Second:'
        ' <a href="{other}" target="_self">{other_name}</a>.</p>',
        one=address(one.id),
        name=names[0],
        other=address(other.id),
        other_name=names[1],
    )
    carry.section(one, other, names)
    side_by_side.play(one.id)
    _texts(found, names)


def _refused(error: ApiError) -> None:
    st.title(say("Compare"), anchor=False)
    if error.status == 404:
        show(
            '<div class="l-empty"><p>One of these two transcripts is not there. It may have been'
            " deleted.</p></div>"
        )
    else:
        problems.tell(error)
    st.page_link("library.py", label=say("Go to the library"))


def _figures(found: wire_review.Beside) -> None:
    if found.differences:
        # Never rounded up to all of them
        agreement = words.percent(min(found.agreement, 0.999), 1)
        said = many(
            len(found.differences),
            "{agreement} of the words agree; {count} place differs.",
            "{agreement} of the words agree; {count} places differ.",
            agreement=agreement,
        )
    else:
        said = say("Both say the same, capitals and punctuation aside.")
    show(
        '<p class="l-lead">{said}</p><p class="l-quiet">{count} words in the first, {other} in'
        " the second. Differing words are underlined; a click on one, or on its time, plays it."
        "</p>",
        said=said,
        count=words.decimal(found.words, 0),
        other=words.decimal(found.other_words, 0),
    )


def _names(one: wire.Summary, other: wire.Summary) -> tuple[str, str]:
    """As short as tells them apart."""
    if one.model.name != other.model.name and one.domain is None and other.domain is None:
        return words.model(one.model.name), words.model(other.model.name)
    return described(one), described(other)


def _texts(found: wire_review.Beside, names: tuple[str, str]) -> None:
    shown = st.session_state.setdefault(f"compare-{found.id}-{found.other}", SHOWN)
    places = [
        wire_domains.Difference(
            start_s=each.start, end_s=each.end, plain=each.text, adapted=each.other, term=None
        )
        for each in found.differences
    ]
    side_by_side.beside(names, map(_passage, found.passages[:shown]), places)
    rest = len(found.passages) - shown
    if rest > 0:
        st.button(
            many(rest, "Show {count} more passage", "Show {count} more passages"),
            on_click=_more,
            args=(f"compare-{found.id}-{found.other}",),
            key="more",
        )


def _more(key: str) -> None:
    st.session_state[key] += SHOWN


def _passage(each: wire_review.Passage) -> tuple[wire_domains.Passage, tuple[str, str]]:
    spans = [*each.text, *each.other]
    passage = wire_domains.Passage(
        start_s=each.start,
        end_s=each.end,
        differs=any(span.difference is not None for span in spans),
        plain=_runs(each.text),
        adapted=_runs(each.other),
    )
    note = say("Corrected by a person")
    return passage, (note if each.corrected else "", note if each.other_corrected else "")


def _runs(spans: Sequence[wire_review.Span]) -> list[wire_domains.Run]:
    return [
        wire_domains.Run(text=span.text, difference=span.difference, term=None) for span in spans
    ]
