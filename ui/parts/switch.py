"""The quiet way to another language, below every page."""

from __future__ import annotations

from ui.parts.html import html, joined, show
from ui.words import LANGUAGES, language


def languages() -> None:
    """A link for each language but the one that is read, named in itself."""
    here = language()
    show(
        '<p class="l-quiet l-languages">{links}</p>',
        links=joined(
            html(
                '<a href="/language/{code}" target="_self" lang="{code}">{name}</a>',
                code=code,
                name=name,
            )
            for code, name in LANGUAGES.items()
            if code != here
        ),
    )
