"""The words of the screen, in the language of whoever looks at it.

English is the source text and stands where it is shown; `de.po` beside this file has the German.
`python -m ui.words` says what is missing, `make words` brings the catalogue up to date.

    say("Save as version {number}", number=3)
    many(count, "{count} recording", "{count} recordings")

What stands in templates of `ui.parts.html` is translated there, without any wrapping.
"""

from __future__ import annotations

from ui.words.catalogue import LANGUAGES, SOURCE
from ui.words.choice import COOKIE, begin, language, locale, using
from ui.words.saying import later, many, said_by_api, say, say_as
from ui.words.templates import localised

__all__ = [
    "COOKIE",
    "LANGUAGES",
    "SOURCE",
    "begin",
    "language",
    "later",
    "locale",
    "localised",
    "many",
    "said_by_api",
    "say",
    "say_as",
    "using",
]
