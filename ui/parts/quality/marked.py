"""What was said above what was heard, each word marked, with its recording to listen to."""

# Ch 7 · Planning for Mistakes: the words the model itself doubted are underlined, right or wrong

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from ui import wire
from ui.parts import words as said_words
from ui.parts.html import html, joined
from ui.words import later, say

DOUBT_BELOW = 0.5
LEGEND = later(
    "Red and bold: heard as another word. Red and struck through: said, but left"
    " out. Red in brackets: written, but not said. Dotted: the model was less"
    " than 50 % certain. The marks compare words as written, letter by letter;"
    " the counts even out numbers and spelling first."
)


def texts(said: Sequence[wire.MarkedWord], heard: Sequence[wire.MarkedWord]) -> Markup:
    """Two lines; a screen reader hears what is deleted and inserted."""
    return html(
        '<dl class="q-texts"><dt>Said</dt><dd>{said}</dd>{heard}</dl>',
        said=line(said) if said else html('<span class="l-quiet">nothing</span>'),
        heard=one_heard(say("Heard"), heard),
    )


def one_heard(name: str, heard: Sequence[wire.MarkedWord]) -> Markup:
    """A line of what somebody heard."""
    return html(
        "<dt>{name}</dt><dd>{line}</dd>",
        name=name,
        line=line(heard) if heard else html('<span class="l-quiet">nothing</span>'),
    )


def line(words: Sequence[wire.MarkedWord]) -> Markup:
    return Markup(" ").join(_word(word) for word in words)


def _word(word: wire.MarkedWord) -> Markup:
    text = html("{word}", word=word.word)
    if word.probability is not None and word.probability < DOUBT_BELOW:
        percent = say("{percent} certain", percent=said_words.percent(word.probability))
        text = html('<span class="l-wrong" title="{title}">{t}</span>', title=percent, t=text)
    match word.mark:
        case "changed":
            return html('<mark class="q-changed">{text}</mark>', text=text)
        case "missing":
            return html('<del class="q-missing">{text}</del>', text=text)
        case "extra":
            return html('<ins class="q-extra">{text}</ins>', text=text)
        case _:
            return text


def player(audio: str | None, start: float | None, end: float | None, of: str) -> Markup:
    """An `<audio>` element that plays just this stretch of the recording."""
    if audio is None:
        return Markup("")
    address = "/api/" + audio.removeprefix("/v1/")
    if start is not None and end is not None and end > start:
        # Media fragments: the browser seeks and stops by itself
        address += f"#t={max(start - 0.1, 0):.2f},{end + 0.2:.2f}"
    return html(
        '<audio class="l-audio" controls preload="none" src="{address}" aria-label="{label}">'
        "</audio>",
        address=address,
        label=say("Recording of: {text}", text=of[:120]) if of else say("Recording without speech"),
    )


def many(items: Sequence[Markup]) -> Markup:
    return joined(items)
