"""Corrections of one transcript carried over to another: what fits, what has to be decided."""

from __future__ import annotations

import streamlit as st

from ui import wire, wire_review
from ui.parts import problems, session, words
from ui.parts.html import html, joined, show
from ui.words import later, many, say

SHOWN = 40
"""Conflicts at once; the rest is there when these are decided."""
_REASONS = {
    "heard differently": later("The machine heard something else here"),
    "edited here": later("A person changed this place here, too"),
    "other borders": later("It was split, joined, or only its speaker changed"),
}


def section(one: wire.Summary, other: wire.Summary, names: tuple[str, str]) -> None:
    """Folded; only where a person corrected one of the two."""
    told = st.session_state.pop(_key(one, other, "told"), None)
    if told is not None:
        show('<div class="l-note" role="status"><p>{told}</p></div>', told=told)
    ways = {}
    if one.corrected:
        ways[say("From the first to the second")] = (one, other)
    if other.corrected:
        ways[say("From the second to the first")] = (other, one)
    if ways:
        with st.expander(say("Carry corrections over")):
            _section(one, other, ways)


@st.fragment
def _section(
    one: wire.Summary, other: wire.Summary, ways: dict[str, tuple[wire.Summary, wire.Summary]]
) -> None:
    if _key(one, other, "told") in st.session_state:
        st.rerun()
    way = next(iter(ways))
    if len(ways) > 1:
        way = st.radio(
            say("Direction"), list(ways), horizontal=True, key=_key(one, other, "direction")
        )
    old, new = ways[way]
    with problems.told():
        _offered(one, other, old, new, session.client().carry_plan(new.id, old.id))


def _offered(
    one: wire.Summary,
    other: wire.Summary,
    old: wire.Summary,
    new: wire.Summary,
    plan: wire_review.CarryPlan,
) -> None:
    agree = sum(each.reason == "agrees" for each in plan.left)
    doubtful = [each for each in plan.left if each.reason != "agrees"]
    if agree:
        show(
            '<p class="l-quiet">{said}</p>',
            said=many(
                agree,
                "{count} correction stands there already.",
                "{count} corrections stand there already.",
            ),
        )
    if plan.applied:
        show('<div class="l-note-summary">{title}</div>', title=say("These fit"))
        show(
            '<ul class="l-facts">{lines}</ul>',
            lines=joined(
                html("<li>{at}: {text}</li>", at=words.clock(each.start), text=_quoted(each.text))
                for each in plan.applied
            ),
        )
    taken = _decisions(new, doubtful)
    count = len(plan.applied) + len(taken)
    if not count:
        show('<p class="l-quiet">There is nothing to carry over.</p>')
        return
    st.button(
        many(count, "Carry {count} correction over", "Carry {count} corrections over"),
        type="primary",
        key=_key(one, other, "do"),
        on_click=_carry,
        args=(_key(one, other, "told"), old.id, new.id, plan.etag, taken),
    )


def _decisions(new: wire.Summary, doubtful: list[wire_review.Left]) -> list[str]:
    """The corrections that the person takes although they are in doubt."""
    if not doubtful:
        return []
    show('<div class="l-note-summary">{title}</div>', title=say("These are for you to decide"))
    taken = []
    for each in doubtful[:SHOWN]:
        show(
            '<div class="l-row"><p class="l-quiet">{at} · {reason}</p><p>Corrected: {text}</p>'
            "<p>Here: {other}</p></div>",
            at=words.clock(each.start),
            reason=say(_REASONS.get(each.reason, each.reason)),
            text=_quoted(each.text),
            other=_quoted(each.other),
        )
        if each.takeable:
            choice = st.radio(
                say("At {time}", time=words.clock(each.start)),
                [False, True],
                format_func=lambda take: (
                    say("Take the correction") if take else say("Leave what is here")
                ),
                horizontal=True,
                label_visibility="collapsed",
                key=f"carry-{new.id}-{each.source}",
            )
            if choice:
                taken.append(each.source)
    rest = len(doubtful) - SHOWN
    if rest > 0:
        show(
            '<p class="l-quiet">{said}</p>',
            said=many(
                rest,
                "{count} more is shown when these are decided.",
                "{count} more are shown when these are decided.",
            ),
        )
    return taken


def _quoted(text: str) -> str:
    return say("“{text}”", text=text) if text else say("(nothing)")


def _carry(key: str, old_id: str, new_id: str, etag: str, taken: list[str]) -> None:
    with problems.announced():
        made = session.client().carry_over(new_id, old_id, etag, taken)
        left = sum(each.reason != "agrees" for each in made.left)
        said = many(
            len(made.applied),
            "{count} correction was carried over.",
            "{count} corrections were carried over.",
        )
        if left:
            said += " " + many(left, "{count} was left as it is.", "{count} were left as they are.")
        st.session_state[key] = said


def _key(one: wire.Summary, other: wire.Summary, of: str) -> str:
    return f"carry-{one.id}-{other.id}-{of}"
