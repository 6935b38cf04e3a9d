"""Simulated faults: the notice that one is on, and the switches of a chapter."""

# Ch 29 · Transparency and Accountability: what is simulated says so on every page

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from ui import wire
from ui.client import ApiError
from ui.parts import problems, session, words
from ui.parts.html import html, joined, show, with_code
from ui.words import say


@st.fragment(run_every=10)
def notice() -> None:
    """On every page while a fault is on, whoever switched it on; gone when it is over."""
    try:
        active = [fault for fault in session.client().faults() if fault.active]
    except ApiError:
        return  # the page below says what is wrong
    if not active:
        return
    show(
        '<div class="l-fault" role="status">{lines}</div>',
        lines=joined(map(_line, active)),
    )


def _line(fault: wire.Fault) -> Markup:
    if not fault.expires_at:
        return html("<div>Simulated fault active: {title}.</div>", title=fault.title)
    return html(
        "<div>Simulated fault active until {until}: {title}.</div>",
        until=words.moment(fault.expires_at),
        title=fault.title,
    )


def switches(faults: list[wire.Fault]) -> None:
    """On and off, with what to expect."""
    for fault in faults:
        show(
            '<div class="l-row"><p class="l-name">{title}</p><p>{what}</p>'
            '<p class="l-quiet">Expected: {expected}</p></div>',
            title=fault.title,
            what=with_code(fault.what_it_does),
            expected=with_code(fault.expected),
        )
        if fault.active:
            label = (
                say("Switch off (on until {moment})", moment=words.moment(fault.expires_at))
                if fault.expires_at
                else say("Switch off")
            )
            st.button(label, key=f"off-{fault.name}", on_click=_off, args=(fault,))
        else:
            _switch_on(fault)


def _switch_on(fault: wire.Fault) -> None:
    # The button stands above what it depends on, so that opening "More" does not move it
    action = st.container()
    with st.expander(say("More")):
        minutes = st.number_input(say("Minutes"), 1, 60, 5, key=f"minutes-{fault.name}")
        parameters = {
            name: st.number_input(f"`{name}`", value=float(value), key=f"{fault.name}-{name}")
            for name, value in fault.parameters.items()
        }
    action.button(
        say("Switch on for {minutes} min", minutes=minutes),
        key=f"on-{fault.name}",
        on_click=_on,
        args=(fault.name, minutes, parameters),
    )


def _on(name: str, minutes: float, parameters: dict[str, float]) -> None:
    with problems.announced():
        session.client().switch_on(name, minutes, parameters)


def _off(fault: wire.Fault) -> None:
    with problems.announced():
        session.client().switch_off(fault.name)
