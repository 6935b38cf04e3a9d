"""Terms that somebody has listed already: a table with a column for them, or one a line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from worker.proposals.errors import Refusal

MAX_TERMS: Final = 2000
MAX_CHARACTERS: Final = 60
"""As in a glossary (`app.domains.terms`, not imported: it would bring the web server along)."""

TERM: Final = frozenset({"term", "terms", "keyword", "keywords", "word", "phrase"})
SAID: Final = frozenset({"sounds_like", "sounds like", "pronunciation", "said"})
NAMES: Final = frozenset(
    {"name", "names", "speaker", "speakers", "author", "authors", "presenter", "presenters",
     "chair", "organisation", "organization", "affiliation", "institution", "company"}
)  # fmt: skip
PROSE: Final = frozenset(
    {"title", "titles", "talk", "session", "topic", "topics", "abstract", "subject", "description",
     "text", "track", "summary"}
)  # fmt: skip
_MOST_WORDS: Final = 6
_LISTS: Final = 0.9
"""Share of the lines that must be short for a text to be a list."""
_SAID: Final = re.compile(r"\s*(?:\t|\s=\s)\s*")
_BULLET: Final = re.compile(r"^\s*(?:[-*•·–]|\(?\d{1,4}[.)])\s+")
_SEVERAL: Final = re.compile(r"\s*(?:;|,| and | & |/|\|)\s*")


@dataclass(frozen=True, slots=True)
class Term:
    term: str
    sounds_like: str = ""


@dataclass(slots=True)
class Listed:
    """`terms` as they were given; `prose` is text to look for more in, a line for itself each."""

    terms: list[Term]
    column: str = ""
    prose: list[str] = field(default_factory=list)


def table(text: str) -> Listed:
    """Of a table with commas, semicolons or tabs.

    `term,sounds_like` is taken as it is; of a programme, speakers and authors are names and titles
    are prose. Without a header that tells, all cells are prose. Raises `Refusal`.
    """
    head = text[:10_000].split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    try:
        rows = list(csv.reader(text.splitlines(), delimiter=delimiter))
    except csv.Error as error:
        raise Refusal(
            "document_damaged",
            f"This table cannot be read ({error}). Nothing was kept. Save it again as CSV in UTF-8,"
            " or paste the terms.",
        ) from error
    header = [cell.strip().casefold() for cell in rows[0]]
    found = _columns(header, TERM)
    if found:
        said = _columns(header, SAID)
        return Listed(_given(rows[1:], found[0], said[0] if said else None), header[found[0]])
    if len(header) == 1 and header[0] not in NAMES | PROSE:
        return Listed(_given(rows, 0, None))
    names, prose = _columns(header, NAMES), _columns(header, PROSE)
    if not names and not prose:
        return Listed([], prose=[cell for row in rows for cell in row])
    people = (
        each
        for row in rows[1:]
        for at in names
        for each in _SEVERAL.split(_cell(row, at))
        if 1 < len(each) <= MAX_CHARACTERS
    )
    return Listed(
        terms_of(Term(term=each) for each in people),
        ", ".join(header[at] for at in names),
        [_cell(row, at) for row in rows[1:] for at in prose],
    )


def has_header(text: str) -> bool:
    """Whether a pasted text is a table of terms: its first line says so."""
    cells = re.split(r"[,;\t]", text[:1000].split("\n", 1)[0].casefold())
    return len(cells) > 1 and cells[0].strip() in TERM and cells[1].strip() in SAID


def lines(text: str) -> Listed | None:
    """Of a text that is nothing but terms, one a line or divided by commas; None for prose.

    A line may say how its term sounds, behind a tab or ` = `. Raises `Refusal`.
    """
    rows = [_BULLET.sub("", row).strip() for row in text.splitlines()]
    rows = [row for row in rows if row and not row.startswith("#")]
    if len(rows) == 1 and "," in rows[0]:
        rows = [row.strip() for row in rows[0].rstrip(".").split(",") if row.strip()]
    short = sum(len(row.split()) <= _MOST_WORDS and row[-1] not in ".?!:;," for row in rows)
    if not rows or short < _LISTS * len(rows):
        return None
    pairs = (_SAID.split(row, maxsplit=1) for row in rows)
    return Listed(terms_of(Term(term=pair[0], sounds_like="".join(pair[1:])) for pair in pairs))


def terms_of(given: Iterable[Term]) -> list[Term]:
    """Without those said twice. Raises `Refusal` for what no glossary would take."""
    found: dict[str, Term] = {}
    for number, each in enumerate(given, 1):
        for text, what in ((each.term, "term"), (each.sounds_like, "respelling")):
            if len(text) > MAX_CHARACTERS:
                raise Refusal(
                    "term_too_long",
                    f"The {what} {text[:40]!r}… (number {number}) has {len(text)} characters; at"
                    f" most {MAX_CHARACTERS} are allowed. Nothing was kept. Shorten it, or give"
                    " running text instead of a list.",
                )
        if any(c.isalnum() for c in each.term):
            found.setdefault(each.term.casefold(), each)
    if len(found) > MAX_TERMS:
        raise Refusal(
            "too_many_terms",
            f"{len(found)} terms were given; a glossary holds {MAX_TERMS}. Nothing was kept. Keep"
            " the ones that are heard wrong: common words need no entry.",
        )
    return list(found.values())


def _given(rows: list[list[str]], term: int, said: int | None) -> list[Term]:
    return terms_of(
        Term(term=_cell(row, term), sounds_like="" if said is None else _cell(row, said))
        for row in rows
        if _cell(row, term)
    )


def _columns(header: list[str], wanted: frozenset[str]) -> list[int]:
    return [number for number, name in enumerate(header) if name in wanted]


def _cell(row: list[str], at: int) -> str:
    return " ".join(row[at].split()) if at < len(row) else ""
