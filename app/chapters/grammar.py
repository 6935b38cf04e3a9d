"""The grammar of one annotation: `Ch <number> · <title>: <summary>`."""

import re
from dataclasses import dataclass

from app.chapters.catalogue import chapters_by_number

MIDDLE_DOT = "·"
MAX_SUMMARY_CHARS = 120

# Looser about spaces than the grammar, so that a slip is reported instead of overlooked.
START = re.compile(rf"Ch[ \t]*(\d+)[ \t]*{MIDDLE_DOT}")


class Malformed(ValueError):
    """The line starts like an annotation and is none; the message says why, for its author."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What an annotation says: which chapter, and in one line what is done about its concern."""

    chapter: int
    summary: str


def parse(text: str) -> Claim:
    """Read one annotation, comment leader and closer already removed.

    Raises:
        Malformed: the chapter, the title, the summary or the spacing is wrong.
    """
    start = START.match(text)
    if start is None:
        raise Malformed(f"does not start with 'Ch <number> {MIDDLE_DOT}'")
    number = int(start[1])
    chapter = chapters_by_number().get(number)
    if chapter is None:
        raise Malformed(f"the book has no chapter {number}")
    title, _, summary = (part.strip() for part in text[start.end() :].partition(":"))
    if title != chapter.title:
        raise Malformed(f"chapter {number} is called '{chapter.title}', not '{title}'")
    if not summary:
        raise Malformed("the summary after the title and a colon is missing")
    if len(summary) > MAX_SUMMARY_CHARS:
        raise Malformed(
            f"the summary has {len(summary)} characters, at most {MAX_SUMMARY_CHARS} are allowed"
        )
    head = f"Ch {number} {MIDDLE_DOT} {title}: "
    if text != head + summary:
        raise Malformed(f"the spacing differs from '{head}…'")
    return Claim(number, summary)
