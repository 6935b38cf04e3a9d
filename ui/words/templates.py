"""Templates of HTML in another language: what stands between block tags is a message.

`<div class="l-empty"><p>No <em>word</em> yet.</p></div>` has the message `No <em>word</em> yet.`,
so that the source stays as it is read and a translator sees sentences, not layout. Attributes that
people read or hear are messages, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from ui.words.catalogue import translations
from ui.words.choice import language

_INLINE: Final = "a|abbr|b|code|em|i|strong|u|span|mark|del|ins"
_TAG: Final = re.compile(r"<[^>]*>")
_BLOCK_TAG: Final = re.compile(rf"(<(?!/?(?:{_INLINE})\b)[^>]*>)")
_ATTRIBUTE: Final = re.compile(r'(?<=\b)(aria-label|title|alt|placeholder)="([^"]*)"')
_PLACEHOLDER: Final = re.compile(r"\{[^{}]*\}")
_WRAPPED: Final = re.compile(r"<(\w+)\b[^>]*>(?:(?!<\1\b|</\1>).)*</\1>", re.DOTALL)
_LETTER: Final = re.compile(r"[^\W\d_]")


@lru_cache(maxsize=4096)
def _in(template: str, language: str) -> str:
    catalogue = translations(language)
    return _replaced(template, catalogue.gettext)


def localised(template: str) -> str:
    """The template with its messages in the language of the moment."""
    return _in(template, language())


def messages(template: str) -> Iterator[str]:
    """What is to be translated in it."""
    found: list[str] = []

    def note(text: str) -> str:
        found.append(text)
        return text

    _replaced(template, note)
    yield from found


def _replaced(template: str, by: Callable[[str], str]) -> str:
    pieces = _BLOCK_TAG.split(template)
    return "".join(
        _attributes(piece, by) if number % 2 else _prose(piece, by)
        for number, piece in enumerate(pieces)
    )


def _prose(text: str, by: Callable[[str], str]) -> str:
    core = text.strip()
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    # A tag around all of it is layout
    while (
        (opened := _TAG.match(core))
        and (whole := _WRAPPED.match(core))
        and whole.end() == len(core)
    ):
        closing = core.rindex("</")
        before, after = before + _attributes(opened.group(), by), core[closing:] + after
        core = core[opened.end() : closing]
    if not _LETTER.search(_PLACEHOLDER.sub("", _TAG.sub("", core))):
        return before + _TAG.sub(lambda tag: _attributes(tag.group(), by), core) + after
    return before + by(core) + after


def _attributes(tag: str, by: Callable[[str], str]) -> str:
    def one(found: re.Match[str]) -> str:
        name, text = found.groups()
        if not _LETTER.search(_PLACEHOLDER.sub("", text)):
            return found.group()
        return f'{name}="{by(text)}"'

    return _ATTRIBUTE.sub(one, tag)
