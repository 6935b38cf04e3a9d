"""Errors on the page: what happened, what is safe, what to do; never a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from ui.client import ApiError
from ui.parts import session, words
from ui.parts.html import html, show
from ui.words import said_by_api

UNREACHABLE = "api_unreachable"


def tell(error: ApiError, about: str = "") -> None:
    """Show an error; `about` is what it concerns, e.g. a file's name."""
    what = html("<strong>{about}</strong> ", about=about) if about else ""
    reference = html(" · {id}", id=error.request_id) if error.request_id else ""
    show(
        '<div class="l-harm" role="alert"><p>{what}{detail}</p>'
        '<p class="l-quiet">{code}{reference}</p></div>',
        what=what,
        detail=said_by_api(error.detail),
        code=error.code,
        reference=reference,
    )


@contextmanager
def told() -> Iterator[None]:
    """Show what the API refuses inside, instead of failing."""
    try:
        yield
    except ApiError as error:
        tell(error)


@contextmanager
def announced() -> Iterator[None]:
    """The same for what a button does: the page behind it is drawn anew at once, so the refusal
    floats above it for a while."""
    try:
        yield
    except ApiError as error:
        st.toast(words.plain(said_by_api(error.detail)), duration="long")


def wait_for_service() -> None:
    """Say that the API is not up, and go on by itself when it is."""
    show(
        '<div class="l-empty"><p>Starting the transcription service.</p>'
        '<p class="l-quiet">This page goes on by itself when it answers, usually in a few seconds.'
        " Everything stored is safe. If nothing happens for a minute, stop the product with Ctrl-C"
        " where it was started, and start it again.</p></div>"
    )
    _again()


@st.fragment(run_every=2)
def _again() -> None:
    try:
        session.client().faults()
    except ApiError as error:
        if error.code == UNREACHABLE:
            return
    st.rerun()
