"""From the bytes of a document, or a pasted text, to what is proposed for a glossary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from worker.proposals import documents, language, listed
from worker.proposals.candidates import EXAMPLES, NAME, WHY, Candidate, candidates
from worker.proposals.commonness import Commonness
from worker.proposals.documents import MAX_CHARACTERS, Document, limited
from worker.proposals.errors import Refusal
from worker.proposals.listed import Listed, Term
from worker.proposals.saying import sounds_like
from worker.proposals.words import Sentence, excerpt, sentences, tidy

MOST: Final = 200
"""Proposed of a text; a list that was given is kept whole."""
FEWEST_WORDS: Final = 40
TABLES: Final = (".csv", ".tsv")


def propose(content: bytes, suffix: str, english: Commonness) -> dict[str, Any]:
    """`text`, `words`, `language`, `prose`, `terms` and `notes`, as the API answers.

    Args:
        suffix: of the file's name; a table is told from a text by nothing else.

    Raises:
        Refusal: nothing can be proposed, with the reason.
    """
    document = documents.read(content)
    text = tidy(document.text)
    given = _given(document, text, suffix)
    prose = limited([text] if given is None else map("{}\n".format, given.prose), document.notes)
    found = list(sentences(prose, by_line=given is not None or document.kind == "slides"))
    words = sum(len(sentence.words) for sentence in found)
    if given is None or not given.terms:
        _enough(words)
    spoken = language.ENGLISH
    if given is None or given.prose:
        spoken = language.checked(prose, document.notes)
    terms = _terms(given, found, english, document.notes)
    return {
        "text": text[:MAX_CHARACTERS].strip(),
        "words": words if given is None or given.prose else len(text.split()),
        "language": spoken,
        "prose": given is None,
        "terms": terms,
        "notes": document.notes,
    }


def _given(document: Document, text: str, suffix: str) -> Listed | None:
    if document.kind != "text":
        return None
    if suffix in TABLES or listed.has_header(text):
        return listed.table(text)
    return listed.lines(text)


def _enough(words: int) -> None:
    # Ch 16 · Data Quality: a text too short to tell terms from other words is refused, with what is enough
    if words < FEWEST_WORDS:
        raise Refusal(
            "too_little_text",
            f"This text has {words} word{'s' * (words != 1)}. From about {FEWEST_WORDS} on, better"
            " a page, terms can be told from ordinary words. Nothing was kept. Give more text, or"
            " the terms themselves, one a line.",
        )


def _terms(
    given: Listed | None, text: Sequence[Sentence], english: Commonness, notes: list[str]
) -> list[dict[str, Any]]:
    """Those that were given first, then what was found beside them."""
    found = candidates(text, english)
    whole = given.terms if given else []
    named = {each.term.casefold() for each in whole}
    more = [each for each in found if each.term.casefold() not in named]
    room = max(0, MOST - len(whole))
    if len(more) > room:
        notes.append(f"{len(more)} words and phrases stand out; the {room} most useful are shown.")
    if not whole and not more:
        notes.append("No word of this text stands out: all of them are common in English.")
    why = f"in the column {given.column}" if given and given.column else "in your list"
    told = [_as_given(each, why, text) for each in whole]
    return told + [_as_found(each) for each in more[:room]]


def _as_given(term: Term, why: str, text: Sequence[Sentence]) -> dict[str, Any]:
    inside = [each.text for each in text if term.term.casefold() in each.text.casefold()]
    return {
        "term": term.term,
        "sounds_like": term.sounds_like or sounds_like(term.term),
        "count": max(1, len(inside)),
        "why": why,
        "examples": [excerpt(each, term.term) for each in inside[:EXAMPLES]],
    }


def _as_found(found: Candidate) -> dict[str, Any]:
    return {
        "term": found.term,
        "sounds_like": sounds_like(found.term),
        "count": found.count,
        "why": WHY[NAME] if found.named else WHY[found.kind],
        "examples": found.examples,
    }
