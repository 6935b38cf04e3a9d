"""The terms of a glossary, checked before they are kept."""

# Ch 28 · Security and Privacy: a glossary is text of strangers that is given to a model; it is bounded

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from pydantic import BaseModel, Field

from app.errors import Unprocessable

MAX_TERMS: Final = 2000
MAX_CHARACTERS: Final = 60


class Term(BaseModel):
    """A word or phrase of the field."""

    term: str = Field(examples=["Oaxaca-Blinder"])
    sounds_like: str = Field(
        default="", description="How it is said, where its spelling misleads.",
        examples=["wa ha ka blinder"],
    )  # fmt: skip


def checked(terms: Sequence[Term]) -> list[dict[str, Any]]:
    """Without duplicates (in any case), in the order given.

    Raises `Unprocessable`, naming the term and what is wrong with it.
    """
    if len(terms) > MAX_TERMS:
        raise Unprocessable(
            code="too_many_terms",
            detail=f"{len(terms)} terms were given; a glossary holds {MAX_TERMS}. Nothing was"
            " changed. Keep the ones that are heard wrong: common words need no entry.",
        )
    found: dict[str, dict[str, Any]] = {}
    for number, term in enumerate(terms, 1):
        written, said = _clean(term.term), _clean(term.sounds_like)
        for text, what in ((written, "term"), (said, "respelling")):
            if len(text) > MAX_CHARACTERS:
                raise Unprocessable(
                    code="term_too_long",
                    detail=f"The {what} {text[:40]!r}… (number {number}) has {len(text)}"
                    f" characters; at most {MAX_CHARACTERS} are allowed. Nothing was changed.",
                )
        if not any(character.isalnum() for character in written):
            raise Unprocessable(
                code="bad_term",
                detail=f"Term number {number}, {written!r}, has no letter and no digit. Nothing"
                " was changed.",
            )
        found.setdefault(written.casefold(), {"term": written, "sounds_like": said})
    return list(found.values())


def sha256_of(terms: Iterable[dict[str, Any]]) -> str:
    """The sum that names a glossary's content."""
    text = json.dumps(list(terms), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _clean(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
