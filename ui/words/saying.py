"""Sentences in the language of the moment. Each is one message: no sentence is made of pieces."""

from __future__ import annotations

from babel.numbers import format_decimal

from ui.words.catalogue import translations
from ui.words.choice import language, locale


def say(text: str, /, **values: object) -> str:
    """The sentence, with `{name}` filled in."""
    found = translations(language()).gettext(text) if text else ""
    return found.format(**values) if values else found


def say_as(context: str, text: str, /, **values: object) -> str:
    """For a word that means different things in different places; `context` says which."""
    found = translations(language()).pgettext(context, text)
    return found.format(**values) if values else found


def many(count: int, one: str, other: str, /, **values: object) -> str:
    """The form for `count`, which is `{count}` in it."""
    found = translations(language()).ngettext(one, other, count)
    return found.format(count=format_decimal(count, locale=locale()), **values)


def later(text: str) -> str:
    """Marks a word of a table for the catalogue; `say` says it when it is shown."""
    return text


def said_by_api(text: str) -> str:
    """A sentence that the API sent: in the reader's language where `answers` knows it word for
    word, else as it came."""
    return translations(language()).gettext(text) if text else ""
