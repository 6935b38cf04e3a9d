"""The worst recordings to listen to: a fragment of its own, so that nothing else moves."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from ui import wire
from ui.parts import problems, session, words
from ui.parts.html import html, joined, show
from ui.parts.quality import marked, phrases
from ui.words import later, many, say

AT_ONCE, MOST = 5, 50
ORDERS = {
    "worst": later("most errors"),
    "share": later("largest share of errors"),
    "unsure": later("most in doubt"),
    "corpus": later("order of recording"),
}
EVERYBODY = ("", "")


def section(run: wire.EvaluationRun) -> None:
    """What to listen to, chosen by order, group and words."""
    show('<h2 class="l-section">Listen to the worst</h2>')
    if not run.audio_here:
        show(
            '<p class="l-quiet">The recordings are not on this computer, so there is text without'
            " sound. <code>python -m data list</code> says where they can be had.</p>"
        )
    elif run.condition != "clean":
        show(
            '<p class="l-quiet">You hear the recordings as they are; the model heard them with'
            " {condition}.</p>",
            condition=phrases.condition(run.condition),
        )
    st.fragment(_clips)(run)


def _clips(run: wire.EvaluationRun) -> None:
    groups = [EVERYBODY] + [(name, value) for name, found in run.fields.items() for value in found]
    with st.container(horizontal=True, key="l-clip-choosers"):
        order = st.selectbox(
            say("First"),
            list(ORDERS),
            format_func=lambda each: say(ORDERS[each]),
            key=f"order-{run.name}",
        )
        group = st.selectbox(say("Who"), groups, format_func=_who, key=f"who-{run.name}")
        search = st.text_input(say("With the words"), key=f"search-{run.name}", max_chars=200)
    key = f"count-{run.name}"
    count = st.session_state.get(key, AT_ONCE)
    with problems.told():
        page = session.client().utterances(
            run.name,
            sort=order,
            group=group if group != EVERYBODY else None,
            search=search.strip(),
            limit=count,
        )
        if not page.items:
            show('<p class="l-quiet" role="status">No recording fits that choice.</p>')
            return
        show("{clips}", clips=joined(clip(item) for item in page.items))
        if page.next and count < MOST:
            st.button(
                say("More recordings"), key=f"more-{run.name}", on_click=_more, args=(key, count)
            )
        show(
            '<p class="l-quiet" role="status">{shown} of {total} shown.</p>',
            shown=len(page.items),
            total=page.total,
        )
        with st.expander(say("What the marks mean")):
            show("<p>{legend}</p>", legend=say(marked.LEGEND))


def _more(key: str, count: int) -> None:
    st.session_state[key] = min(count + AT_ONCE, MOST)


def _who(group: tuple[str, str]) -> str:
    return say("everybody") if group == EVERYBODY else f"{phrases.field(group[0])}: {group[1]}"


def clip(item: wire.Utterance) -> Markup:
    """One utterance: what is wrong, the sound, both texts."""
    trouble = (
        html('<p class="l-quiet l-harmed">No transcript: {error}</p>', error=item.error)
        if item.error
        else Markup("")
    )
    return html(
        '<article class="q-clip" aria-label="{label}"><p class="l-quiet">{facts}</p>{trouble}'
        "{player}{texts}</article>",
        label=item.reference[:120] or item.id,
        facts=" · ".join(facts(item)),
        trouble=trouble,
        player=marked.player(item.audio, item.start, item.end, item.reference),
        texts=marked.texts(item.said, item.heard),
    )


def facts(item: wire.Utterance) -> list[str]:
    """How wrong, who, how long."""
    if item.error:
        wrong = say("not transcribed")
    elif item.units == 0:
        wrong = many(
            item.insertions,
            "{count} word where nobody speaks",
            "{count} words where nobody speaks",
        )
    elif item.errors > item.units:
        wrong = say(
            "{errors} errors in {words}",
            errors=item.errors,
            words=many(item.units, "{count} word", "{count} words"),
        )
    else:
        wrong = many(
            item.units,
            "{errors} of {count} word wrong",
            "{errors} of {count} words wrong",
            errors=item.errors,
        )
    known = [
        item.fields[name]
        for name in ("gender", "age_group", "accent", "kind")
        if name in item.fields
    ]
    who = [say("speaker {speaker}", speaker=item.speaker)] if item.speaker else []
    return [wrong, *who, *known, words.length(item.end - item.start)]
