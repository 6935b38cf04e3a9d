"""Text forms: what counts as the same words is a choice, so it has a name and a version.

A figure in one form only can hide half of what readers see (Mei et al., arXiv 2506.08846), so
every utterance is counted in all of them:

- `raw`: words as written, divided at white space;
- `basic`: lower case, no punctuation (OpenAI's basic normaliser);
- `english`: contractions, numbers and British spelling made alike as well (OpenAI's English one);
- `characters`: the characters of `english`, single spaces among them;
- `letters`: letters and digits of dictated text, without spaces (`evaluation.metrics.letters`).
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, Literal

from whisper_normalizer.basic import ADDITIONAL_DIACRITICS, BasicTextNormalizer
from whisper_normalizer.english import EnglishTextNormalizer

from evaluation.metrics import letters

CACHED: Final = 2**18
"""Texts of a form that are remembered: two for each utterance, and all single words."""


@dataclass(frozen=True, slots=True)
class Form:
    """A way of writing down a text for counting."""

    name: str
    unit: Literal["words", "characters"]
    apply: Callable[[str], str]
    """Text to text in this form: single spaces, none at the ends. Remembered for each text."""
    version: str
    """Which code and which tables; other tables give other scores."""

    def units(self, text: str) -> list[str]:
        """What is counted of a text that has this form already."""
        return text.split() if self.unit == "words" else list(text)


def fingerprint(*tables: Any) -> str:
    """Twelve hexadecimal digits that change with any entry of the tables."""
    text = json.dumps(tables, sort_keys=True, ensure_ascii=False, default=sorted)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def english_tables(normaliser: EnglishTextNormalizer) -> tuple[Any, ...]:
    """What OpenAI's English normaliser looks up: spellings, abbreviations, numbers, fillers."""
    return (
        normaliser.ignore_patterns,
        list(normaliser.replacers.items()),
        normaliser.standardize_spellings.mapping,
        {
            name: list(table.items()) if isinstance(table, dict) else sorted(table)
            for name, table in vars(normaliser.standardize_numbers).items()
        },
        ADDITIONAL_DIACRITICS,
    )


def versions() -> dict[str, str]:
    """The version of every form."""
    return {name: form.version for name, form in FORMS.items()}


def recorded() -> dict[str, str]:
    """The same, as it is kept among the versions of a run; `normaliser` is that of the headline."""
    forms = {f"form {name}": version for name, version in versions().items()}
    return {"normaliser": normaliser_version(), **forms}


def _form(
    name: str,
    unit: Literal["words", "characters"],
    apply: Callable[[str], str],
    version: str,
) -> Form:
    @lru_cache(maxsize=CACHED)
    def tidy(text: str) -> str:
        return " ".join(apply(text).split())

    return Form(name, unit, tidy, version)


def _forms() -> dict[str, Form]:
    package = "whisper-normalizer " + importlib.metadata.version("whisper-normalizer")
    basic, english = BasicTextNormalizer(), EnglishTextNormalizer()
    spoken = _form(
        "english", "words", english, f"{package} english {fingerprint(english_tables(english))}"
    )
    forms = (
        _form("raw", "words", str, "white space 1"),
        _form("basic", "words", basic, f"{package} basic {fingerprint(ADDITIONAL_DIACRITICS)}"),
        spoken,
        Form("characters", "characters", spoken.apply, spoken.version),
        _form(
            "letters",
            "characters",
            letters.letters_digits,
            f"letters {letters.RULES} {fingerprint(*letters.TABLES)}",
        ),
    )
    return {form.name: form for form in forms}


# Ch 24 · Versioning, Provenance, and Reproducibility: a score names the very tables its words were made alike with
FORMS: Final[Mapping[str, Form]] = MappingProxyType(_forms())


def normalise(text: str) -> str:
    """The `english` form, which the headline word error rate is of."""
    return FORMS["english"].apply(text)


def normaliser_version() -> str:
    """Named with every score, because another normaliser gives another score."""
    return FORMS["english"].version
