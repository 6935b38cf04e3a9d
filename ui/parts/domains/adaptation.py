"""The adapter of a customer's domain: what it will do and cost, how far it is, what came of it."""

# Ch 11 · Automating the Pipeline: one button starts what was a researcher's week

from __future__ import annotations

import streamlit as st

from ui import wire_domains as wire
from ui import wire_models
from ui.client import ApiError
from ui.parts import problems, session, words
from ui.parts.html import html, joined, show, with_code
from ui.parts.models import phrases
from ui.words import later, many, said_by_api, say

STAGES = {
    "test": later("reading the test aloud, in other voices"),
    "collect": later("collecting the sentences"),
    "check": later("checking them"),
    "speech": later("reading the sentences aloud"),
    "augment": later("adding noise and ordinary speech"),
    "encode": later("listening to it"),
    "train": later("training"),
    "choose": later("choosing how much of it to use"),
    "evaluate": later("judging it"),
}
_TEXT_MISSING = "too_little_text"


def section(domain: wire.Domain) -> None:
    """Ask for it, watch it, read what it brings. A domain that comes with Lectern has its own."""
    if domain.shipped:
        return
    show('<div class="l-section">An adapter of its own</div>')
    found = session.client().adaptations(domain.name)
    latest = found.items[0] if found.items else None
    if latest is None:
        show("<p>{what}</p>", what=purpose())
    elif latest.active:
        st.fragment(_running, run_every=1.0)(domain.name, latest.id)
        if latest.state == "queued" and not found.offer.training:
            _not_set_up(found.offer)
        return
    else:
        _ended(domain, latest)
    _offer(domain, found.offer, latest)


def purpose() -> str:
    return say(
        "Trained with the terms and the page of text, the recogniser itself learns"
        " the field. It happens in the background, after every transcription, and the"
        " result is used only if it passes the gate: better in the field, no worse"
        " elsewhere."
    )


def cost(offer: wire.AdaptationOffer) -> str:
    """What it will do and how long it takes."""
    taught = offer.sentences.get("train", 0)
    parts = [
        say(
            "{terms} and {sentences}, read aloud for {length}",
            terms=many(offer.terms, "{count} term", "{count} terms"),
            sentences=many(taught, "{count} sentence", "{count} sentences"),
            length=words.length(offer.speech_seconds),
        )
    ]
    if offer.expected_seconds:
        minutes = max(1, round(offer.expected_seconds / 60))
        parts.append(
            many(
                minutes,
                "about {count} minute while nothing else is to do",
                "about {count} minutes while nothing else is to do",
            )
        )
    if offer.held_out:
        parts.append(
            many(
                offer.held_out,
                "{count} term kept aside to see what carries over",
                "{count} terms kept aside to see what carries over",
            )
        )
    if offer.left_out:
        parts.append(
            many(
                offer.left_out,
                "{count} term beyond what is trained, in the glossary all the same",
                "{count} terms beyond what is trained, in the glossary all the same",
            )
        )
    return "; ".join(parts) + "."


def state_line(found: wire.Adaptation) -> str:
    """What is being done, how far it is, when it ends."""
    percent, note = words.percent(found.progress), said_by_api(found.note or "")
    if found.state == "paused":
        return f"{note} · {percent}"
    if found.state == "queued":
        return say("waiting: {why}", why=note) if note else say("waiting")
    doing = say(STAGES.get(found.stage, found.stage)) or say("starting")
    parts = [doing, *([note] if note else []), percent]
    return " · ".join([*parts, *([words.finishes(found.eta_seconds)] if found.eta_seconds else [])])


def _running(name: str, adaptation_id: str) -> None:
    with problems.told():
        found = session.client().adaptation(name, adaptation_id)
        if not found.active:
            st.rerun()
        show(
            '<div class="l-job" data-adaptation="{id}">'
            '<progress class="l-bar" max="100" value="{percent}" aria-label="Progress"></progress>'
            '<p class="l-quiet" role="status">{line}</p></div>',
            id=found.id,
            percent=round(100 * found.progress, 1),
            line=state_line(found),
        )
        _stages(found)
        st.button(
            say("Cancel"),
            key="adaptation-cancel",
            type="tertiary",
            on_click=_cancel,
            args=(name, adaptation_id),
        )


def _stages(found: wire.Adaptation) -> None:
    """All from the start, so that nothing moves when the next one begins."""
    begun = {each.stage: each for each in found.stages}
    lines = []
    for stage, doing in STAGES.items():
        told = begun.get(stage)
        said = [say(doing)]
        if told is not None and told.state == "reused":
            said.append(say("was made before"))
        elif told is not None and told.state == "done":
            said.append(words.length(told.seconds))
        elif told is not None:
            said.append(words.percent(told.share))
        look = "l-name" if told is not None and told.state == "running" else "l-quiet"
        lines.append(html('<li class="{look}">{said}</li>', look=look, said=" · ".join(said)))
    show('<ol class="l-facts">{lines}</ol>', lines=joined(lines))


def _ended(domain: wire.Domain, found: wire.Adaptation) -> None:
    if found.state in ("succeeded", "refused") and found.version is not None:
        _judged(domain, found, session.client().version(domain.name, found.version))
        return
    if found.state == "cancelled":
        show(
            "<p>The last one was cancelled. What was made of it is kept, and makes the next try"
            " shorter.</p>"
        )
    elif found.error is not None:
        show(
            '<div class="l-harm" role="alert"><p>{message}</p><p class="l-quiet">{code}</p></div>',
            message=said_by_api(found.error.message),
            code=found.error.code,
        )
    st.button(
        say("Try again"),
        key="adaptation-retry",
        on_click=_retry,
        args=(domain.name, found.id),
    )


def _judged(domain: wire.Domain, found: wire.Adaptation, version: wire_models.Version) -> None:
    """The gate's word, in words."""
    show("<p>{sentence}</p>", sentence=verdict(found, version))
    facts = figures(version)
    if facts:
        items = joined(html("<li>{fact}</li>", fact=fact) for fact in facts)
        show('<ul class="l-facts">{items}</ul>', items=items)
    if found.state == "refused":
        gate = version.record.gate
        broken = [v for v in gate.verdicts if v.status != "met"] if gate else []
        items = joined(html("<li>{reason}</li>", reason=reason(each)) for each in broken)
        show('<p>Why:</p><ul class="l-facts">{items}</ul>', items=items)
    st.page_link(
        "models.py",
        label=say("All about version {number}", number=version.number),
        query_params={"domain": domain.name, "version": str(version.number)},
    )


def verdict(found: wire.Adaptation, version: wire_models.Version) -> str:
    number = version.number
    if found.state == "refused":
        return say(
            "The adapter was made and did not pass the gate, so it is not used: version {number}."
            " What served before goes on serving; more terms or more text of the field may help.",
            number=number,
        )
    if version.serves:
        return say("Version {number} passed the gate and serves this domain.", number=number)
    state = phrases.state(version)
    return say("Version {number} passed the gate; it {state}.", number=number, state=state)


def figures(version: wire_models.Version) -> list[str]:
    """Before and after, with what chance can do."""
    head = version.headline
    if head is None:
        return []
    return [
        say("In the field: {before_after}.", before_after=phrases.before_after(head)),
        phrases.cost(head),
    ]


def reason(each: wire_models.Verdict) -> str:
    told = f"{phrases.limit_name(each.name)}: {phrases.verdict(each.status)}"
    if each.status == "not met":
        asked = say(
            "{measured}; {limit} is asked",
            measured=phrases.measured(each),
            limit=phrases.limit(each),
        )
        told = f"{told}, {asked}"
    return told + (f" ({each.note})" if each.note else "") + "."


def _offer(
    domain: wire.Domain, offer: wire.AdaptationOffer, latest: wire.Adaptation | None
) -> None:
    """The button, or what is missing for it."""
    if offer.missing == _TEXT_MISSING:
        show('<p class="l-quiet">{detail}</p>', detail=said_by_api(offer.detail or ""))
        _text(domain)
        return
    if offer.missing is not None:
        show('<p class="l-quiet">{detail}</p>', detail=said_by_api(offer.detail or ""))
        return
    if not offer.training:
        _not_set_up(offer)
        return
    show('<p class="l-quiet">{cost}</p>', cost=cost(offer))
    label = (
        say("Train an adapter")
        if latest is None
        else say("Train one with the terms as they are now")
    )
    st.button(label, key="adaptation-ask", on_click=_ask, args=(domain.name,))


def _not_set_up(offer: wire.AdaptationOffer) -> None:
    sentence = say(
        "Training is not set up on this computer: run `{command}` once (about 520 MB), then start"
        " the product again. The glossary works without.",
        command=offer.command,
    )
    show('<p class="l-quiet">{sentence}</p>', sentence=with_code(sentence))


def _text(domain: wire.Domain) -> None:
    st.text_area(say("A page of text from the field"), key="adaptation-text", height=200)
    st.button(say("Keep this text"), key="adaptation-keep", on_click=_keep, args=(domain.name,))


def _keep(name: str) -> None:
    with problems.announced():
        session.client().keep_domain_text(name, st.session_state.get("adaptation-text", ""))


def _ask(name: str) -> None:
    with problems.announced():
        session.client().ask_adaptation(name)


def _cancel(name: str, adaptation_id: str) -> None:
    try:
        session.client().cancel_adaptation(name, adaptation_id)
    except ApiError as error:
        if error.code != "adaptation_over":  # it ended in the same moment: the page shows how
            st.toast(words.plain(said_by_api(error.detail)), duration="long")


def _retry(name: str, adaptation_id: str) -> None:
    with problems.announced():
        session.client().retry_adaptation(name, adaptation_id)
