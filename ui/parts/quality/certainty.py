"""Whether the model knows when it is wrong, and what it writes where nobody speaks."""

# Ch 9 · Quality Attributes of ML Components: honest confidence is measured beside word errors

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from ui import wire
from ui.parts import words
from ui.parts.html import html, joined, show
from ui.parts.quality import charts, phrases

SURE, UNSURE = 0.9, 0.5


def calibration(figures: wire.Calibration | None) -> None:
    """The reliability diagram, said in words first."""
    if figures is None or not any(each.count for each in figures.bins):
        return
    st.html('<h2 class="l-section">Does it know when it is wrong?</h2>')
    show("<p>{said}</p>", said=reliability_said(figures))
    points = [
        (100 * each.mean_probability, 100 * each.share_right, each.count)
        for each in figures.bins
        if each.count and each.mean_probability is not None and each.share_right is not None
    ]
    st.altair_chart(
        charts.reliability(points),
        alt="How many words were right, by how certain the model was; the sentence above says it.",
    )
    st.html(
        '<p class="l-quiet">On the dashed line a word said to be 80 % certain is right in 80 of'
        " 100 cases. Larger points stand for more words.</p>"
    )


def reliability_said(figures: wire.Calibration) -> str:
    """What the ends of the diagram mean, and by how much it is off."""
    said = []
    for name, bins in (
        (f"at least {SURE:.0%} certain", [b for b in figures.bins if b.low >= SURE - 1e-9]),
        (f"less than {UNSURE:.0%} certain", [b for b in figures.bins if b.high <= UNSURE + 1e-9]),
    ):
        count = sum(each.count for each in bins)
        if count:
            right = sum(each.count * (each.share_right or 0.0) for each in bins) / count
            share = phrases.of_hundred(right)
            name = name.replace("%", " %")
            said.append(f"where it is {name}, {share} of 100 words are right ({count} words)")
    text = ("; ".join(said) + ".").capitalize() if said else ""
    if figures.ece is not None:
        text += f" On average its certainty is off by {phrases.of_hundred(figures.ece)} points."
    return text.strip()


def nonspeech(figures: wire.NonSpeech | None) -> None:
    """Words that nobody said."""
    if figures is None or not figures.clips:
        return
    st.html('<h2 class="l-section">When nobody speaks</h2>')
    show("<p>{said}</p>", said=nonspeech_said(figures))
    kinds = _kinds(figures.kinds)
    if kinds:
        with st.expander("By kind of sound"):
            show('<ul class="l-facts">{items}</ul>', items=joined(map(_item, kinds)))


def nonspeech_said(figures: wire.NonSpeech) -> str:
    """How much of it, and how often."""
    length = words.length(60 * (figures.minutes or 0.0))
    count = words.several(figures.words or 0, "word")
    text = f"In {length} of noise, music and silence it wrote {count}"
    if figures.words_a_minute is not None and figures.words_a_minute.value is not None:
        text += f": {phrases.words_a_minute(figures.words_a_minute)}"
    text += "."
    share = figures.share_with_words
    if share is not None and share.value is not None:
        text += f" {phrases.of_hundred(share.value)} of 100 such recordings got any words"
        if share.low is not None and share.high is not None:
            low, high = phrases.of_hundred(share.low), phrases.of_hundred(share.high)
            text += f" (between {low} and {high})"
        text += f"; there were {figures.clips}."
    return text


def _kinds(kinds: dict[str, dict[str, object]]) -> list[str]:
    """Recordings and words of each kind."""
    lines = []
    for kind, told in sorted(kinds.items()):
        counted = [
            words.several(number, one)
            for name, one in (("clips", "recording"), ("words", "word"))
            if isinstance(number := told.get(name), int)
        ]
        lines.append(f"{phrases.field(kind)}: {', '.join(counted)}")
    return lines


def _item(line: str) -> Markup:
    return html("<li>{line}</li>", line=line)
