"""The transcripts of a version, and the one button that makes them again."""

from __future__ import annotations

from urllib.parse import quote

import streamlit as st
from markupsafe import Markup

from ui import wire_models
from ui.parts import jobs, problems, session, words
from ui.parts.html import html, joined, show
from ui.words import many, say

SHOWN = 12


def section(version: wire_models.Version, made: list[wire_models.Made]) -> None:
    """Above the figures for a version that was rolled back, below them for all others."""
    waiting = to_make(made)
    if version.serves or not made:
        _list(made)
        return
    show("<p>{says}</p>", says=_says(version, made, waiting))
    if waiting:
        st.button(
            say("Transcribe it again")
            if len(waiting) == 1
            else say("Transcribe all {count} again", count=len(waiting)),
            key="again",
            type="primary",
            on_click=_again,
            args=(version.domain, version.number),
        )
    _list(made)


def to_make(made: list[wire_models.Made]) -> list[wire_models.Made]:
    """The finished ones that are not made again yet."""
    return [each for each in made if each.status == "succeeded" and each.again is None]


def _says(
    version: wire_models.Version, made: list[wire_models.Made], waiting: list[wire_models.Made]
) -> str:
    number = version.number
    if version.state == "withdrawn":
        told = [
            many(
                len(made),
                "Version {number} was rolled back; it had made {count} transcript.",
                "Version {number} was rolled back; it had made {count} transcripts.",
                number=number,
            )
        ]
    else:
        told = [
            many(
                len(made),
                "Version {number} does not serve any more; it had made {count} transcript.",
                "Version {number} does not serve any more; it had made {count} transcripts.",
                number=number,
            )
        ]
    done = len([each for each in made if each.again])
    if done:
        told.append(
            many(
                done,
                "{count} transcript made again, or queued for it.",
                "{count} transcripts made again, or queued for it.",
            )
        )
    if not waiting and not done:
        told.append(say("None of them is finished, so there is nothing to make again."))
    return " ".join(told)


def _list(made: list[wire_models.Made]) -> None:
    if not made:
        show('<p class="l-quiet">It has made no transcript yet.</p>')
        return
    show('<ul class="l-facts">{items}</ul>', items=joined(map(_line, made[:SHOWN])))
    if len(made) > SHOWN:
        with st.expander(say("{number} more", number=len(made) - SHOWN)):
            show('<ul class="l-facts">{items}</ul>', items=joined(map(_line, made[SHOWN:])))


def _line(each: wire_models.Made) -> Markup:
    again = Markup("")
    if each.again:
        again = html(' · <a href="{a}" target="_self">made again</a>', a=_address(each.again))
    return html(
        '<li><a href="{address}" target="_self">{name}</a> <span class="l-quiet">{when},'
        " {status}{again}</span></li>",
        address=_address(each.id),
        name=each.name,
        when=words.moment(each.finished_at or each.created_at),
        status=say(jobs.OUTCOMES.get(each.status, each.status)),
        again=again,
    )


def _address(transcription_id: str) -> str:
    return f"/transcript?id={quote(transcription_id, safe='')}"


def _again(domain: str, number: int) -> None:
    with problems.announced():
        found = session.client().transcribe_again(domain, number)
        told = [many(len(found.items), "{count} recording queued.", "{count} recordings queued.")]
        if found.left:
            told.append(
                say(
                    "{left} more did not fit the queue: press the button again later.",
                    left=found.left,
                )
            )
        st.toast(" ".join(told))
