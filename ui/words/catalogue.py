"""The catalogues, compiled in memory from the `.po` files when a language is first asked for.

So there is no compiled file that could be older than its source, and `make run` needs no step more.
"""

from __future__ import annotations

import io
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from types import MappingProxyType
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER: Final = Path(__file__).parent
SOURCE: Final = "en"
LANGUAGES: Final = MappingProxyType({"en": "English", "de": "Deutsch"})
"""Name of each in itself, as the switch shows it."""
LOCALES: Final = MappingProxyType({"en": "en_GB", "de": "de_DE"})
"""By whose customs dates and numbers are written."""


def translated(language: str) -> Catalog:
    """The catalogue as its file has it."""
    with (FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


@lru_cache(maxsize=len(LANGUAGES))
def translations(language: str) -> NullTranslations:
    """What turns English into `language`; leaves alone what it does not know."""
    if language == SOURCE:
        return NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, translated(language))
    compiled.seek(0)
    return GNUTranslations(compiled)
