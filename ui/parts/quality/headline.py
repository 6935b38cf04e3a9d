"""The answer at the top: how many words are wrong, on every kind of recording that was tried."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

import streamlit as st
from markupsafe import Markup

from ui import wire
from ui.parts.html import html, joined, show
from ui.parts.quality import phrases
from ui.words import many, say


def empty() -> None:
    """Nothing was measured yet."""
    show(
        '<div class="l-empty"><p>Nothing measured yet. Here will be how many words come out wrong,'
        " for whom, and how sure that is, with the recordings to listen to.</p>"
        '<p class="l-quiet">There are no results of the evaluation suite on this computer. In the'
        " folder of the product, <code>make evaluate</code> makes them, or"
        " <code>python -m evaluation run --model whisper-base --corpus CORPUS</code> for one corpus"
        " of yours.</p></div>"
    )


def overview(usual: Sequence[wire.RunLine], now: wire.RunLine) -> None:
    """One line a corpus."""
    show(
        '<p class="l-lead">It depends on who speaks and how it was recorded. Of what was said in'
        ' each of these collections:</p><ul class="q-corpora">{lines}</ul>',
        lines=joined(_line(run, run.corpus == now.corpus) for run in usual),
    )


def _line(run: wire.RunLine, here: bool) -> Markup:
    return html(
        '<li><a href="/quality?run={address}" target="_self"{here}>{subject}</a>'
        '<span class="q-says">{says}</span>{spelled}'
        '<span class="l-quiet">{model}, {mode}</span></li>',
        address=quote(run.name),
        here=Markup(' aria-current="true"') if here else "",
        subject=phrases.subject(run),
        says=phrases.headline(run),
        spelled=_spelled(run),
        model=run.model,
        mode=phrases.mode(run.mode),
    )


def _spelled(run: wire.RunLine) -> Markup:
    said = phrases.spelled(run)
    return html("<span>{said}.</span>", said=said) if said else Markup("")


def figure(run: wire.EvaluationRun) -> None:
    """The chosen run's figure with all that belongs to it."""
    if not run.scored:
        show(
            '<div class="l-note"><p>This run has no figures yet.</p><p class="l-quiet">'
            "<code>python -m evaluation score {name}</code> computes them.</p></div>",
            name=run.name,
        )
        return
    if run.wer is not None and run.wer.value is not None:
        chance = phrases.between(run.wer, run.blocks_are)
        show(
            '<p class="q-figure" role="status">{says}</p><p>{chance}</p><p>{spelled}</p>'
            '<p class="l-quiet">{size}</p>',
            spelled=_spelled(run),
            says=_capital(phrases.words_wrong(run.wer)),
            chance=_capital(chance) + "."
            if chance
            else say("How sure that is cannot be said: too few people or sentences."),
            size=_size(run),
        )
    else:
        show('<p class="q-figure" role="status">{says}</p>', says=_capital(phrases.headline(run)))
        show('<p class="l-quiet">{size}</p>', size=_size(run))
    _failures(run)
    _delivered(run.summary.delivered)


def _size(run: wire.RunLine) -> str:
    parts = [run.corpus]
    parts += [many(run.speakers, "{count} speaker", "{count} speakers")] if run.speakers else []
    parts += [many(run.clips, "{count} recording", "{count} recordings")] if run.clips else []
    parts += [many(run.words, "{count} word said", "{count} words said")] if run.words else []
    return " · ".join([*parts, run.model, phrases.mode(run.mode), phrases.condition(run.condition)])


def _failures(run: wire.RunLine) -> None:
    if run.failed:
        show(
            '<div class="l-fault"><p>{count} got no transcript at all. They are counted as'
            " failures, never as right.</p></div>",
            count=many(run.failed, "{count} recording", "{count} recordings"),
        )


def _delivered(delivered: wire.Delivered | None) -> None:
    if delivered is not None and delivered.share is not None:
        show(
            "<p>{share} of 100 utterances are handed on without asking for a person"
            ' <span class="l-quiet">{rule}</span></p>',
            share=phrases.of_hundred(delivered.share),
            rule=f"({delivered.rule})" if delivered.rule else "",
        )


def other_counts(run: wire.EvaluationRun) -> None:
    """The same errors counted in other ways, behind "More"."""
    figures = run.summary
    rates = figures.wer or wire.WordErrorRates()
    rows = [
        (say("Words, numbers and spelling evened out (quoted above)"), rates.english),
        (say("Words, without case and punctuation"), rates.basic),
        (say("Words exactly as written"), rates.raw),
        (say("Characters"), figures.cer),
        (say("Letters and digits only, blanks ignored"), figures.letters),
    ]
    items = [
        html(
            "<li>{name}: {value} errors in 100{chance}</li>",
            name=name,
            value=phrases.of_hundred(rate.value),
            chance=f" ({_range(rate)})" if rate.low is not None else "",
        )
        for name, rate in rows
        if rate is not None and rate.value is not None
    ]
    if items:
        with st.expander(say("Counted in other ways")):
            show('<ul class="l-facts">{items}</ul>', items=joined(items))


def _range(rate: wire.Interval) -> str:
    low, high = rate.low or 0.0, rate.high or 0.0
    return say(
        "{low} to {high}",
        low=phrases.of_hundred(low),
        high=phrases.of_hundred(high),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
