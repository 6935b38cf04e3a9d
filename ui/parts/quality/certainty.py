"""Whether the model knows when it is wrong, and what it writes where nobody speaks."""

# Ch 9 · Quality Attributes of ML Components: honest confidence is measured beside word errors

from __future__ import annotations

from typing import TypeGuard

import streamlit as st
from markupsafe import Markup

from ui import wire
from ui.parts import words
from ui.parts.html import html, joined, show
from ui.parts.quality import charts, phrases
from ui.words import later, many, say

SURE, UNSURE = 0.9, 0.5


def calibration(figures: wire.Calibration | None) -> None:
    """The reliability diagram, said in words first."""
    if figures is None or not any(each.count for each in figures.bins):
        return
    show('<h2 class="l-section">Does it know when it is wrong?</h2>')
    show("<p>{said}</p>", said=reliability_said(figures))
    points = [
        (100 * each.mean_probability, 100 * each.share_right, each.count)
        for each in figures.bins
        if each.count and each.mean_probability is not None and each.share_right is not None
    ]
    st.altair_chart(
        charts.reliability(points),
        alt=say(
            "How many words were right, by how certain the model was; the sentence above says it."
        ),
    )
    show(
        '<p class="l-quiet">On the dashed line a word said to be 80 % certain is right in 80 of'
        " 100 cases. Larger points stand for more words.</p>"
    )


def reliability_said(figures: wire.Calibration) -> str:
    """What the ends of the diagram mean, and by how much it is off."""
    said = []
    for sentence, edge, bins in (
        (
            later("Where it is at least {edge} certain, {share} of 100 words are right ({words})."),
            SURE,
            [b for b in figures.bins if b.low >= SURE - 1e-9],
        ),
        (
            later(
                "Where it is less than {edge} certain, {share} of 100 words are right ({words})."
            ),
            UNSURE,
            [b for b in figures.bins if b.high <= UNSURE + 1e-9],
        ),
    ):
        count = sum(each.count for each in bins)
        if count:
            share = sum(each.count * (each.share_right or 0.0) for each in bins) / count
            said.append(
                say(
                    sentence,
                    edge=words.percent(edge),
                    share=phrases.of_hundred(share),
                    words=many(count, "{count} word", "{count} words"),
                )
            )
    if figures.ece is not None:
        off = phrases.of_hundred(figures.ece)
        said.append(say("On average its certainty is off by {off} points.", off=off))
    return " ".join(said)


def nonspeech(figures: wire.NonSpeech | None) -> None:
    """Words that nobody said."""
    if figures is None or not figures.clips:
        return
    show('<h2 class="l-section">When nobody speaks</h2>')
    show("<p>{said}</p>", said=nonspeech_said(figures))
    kinds = _kinds(figures.kinds)
    if kinds:
        with st.expander(say("By kind of sound")):
            show('<ul class="l-facts">{items}</ul>', items=joined(map(_item, kinds)))


def nonspeech_said(figures: wire.NonSpeech) -> str:
    """How much of it, and how often."""
    said = [
        many(
            figures.words or 0,
            "In {length} of noise, music and silence it wrote {count} word.",
            "In {length} of noise, music and silence it wrote {count} words.",
            length=words.length(60 * (figures.minutes or 0.0)),
        )
    ]
    if figures.words_a_minute is not None and figures.words_a_minute.value is not None:
        rate = phrases.words_a_minute(figures.words_a_minute)
        said.append(say("That is {rate}.", rate=rate))
    share = figures.share_with_words
    if share is not None and share.value is not None:
        number, of = phrases.of_hundred(share.value), figures.clips
        if share.low is None or share.high is None:
            sentence = say(
                "{number} of 100 such recordings got any words; there were {of}.",
                number=number,
                of=of,
            )
        else:
            sentence = say(
                "{number} of 100 such recordings got any words (between {low} and {high}); there"
                " were {of}.",
                number=number,
                low=phrases.of_hundred(share.low),
                high=phrases.of_hundred(share.high),
                of=of,
            )
        said.append(sentence)
    return " ".join(said)


def _kinds(kinds: dict[str, dict[str, object]]) -> list[str]:
    """Recordings and words of each kind."""
    lines = []
    for kind, told in sorted(kinds.items()):
        clips, count = told.get("clips"), told.get("words")
        counted = [many(clips, "{count} recording", "{count} recordings")] if _is(clips) else []
        counted += [many(count, "{count} word", "{count} words")] if _is(count) else []
        lines.append(f"{phrases.field(kind)}: {', '.join(counted)}")
    return lines


def _is(told: object) -> TypeGuard[int]:
    return isinstance(told, int)


def _item(line: str) -> Markup:
    return html("<li>{line}</li>", line=line)
