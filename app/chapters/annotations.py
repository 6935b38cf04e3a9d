"""Find the places in the repository that say which chapter's concern they answer.

An annotation is one line of a comment or docstring: `Ch <number> · <title>: <summary>`, the title
spelled as in the book. It points at what it stands on, so that the walkthrough shows the source
as it is now and no line number is ever written down by hand.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.chapters.comments import CommentLine, annotation_lines
from app.chapters.grammar import MIDDLE_DOT, Claim, Malformed, parse
from app.chapters.sources import Source, files_containing
from app.chapters.symbols import Symbol

SYMBOL_EXCERPT_LINES = 40
CONTEXT_LINES = 12


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Lines as they stand in a file; `first_line` counts from 1."""

    text: str
    first_line: int
    language: str


@dataclass(frozen=True, slots=True)
class Annotation:
    """A claim and where it stands; `symbol` is a qualified name, and None outside Python."""

    chapter: int
    summary: str
    path: str
    line: int
    symbol: str | None
    excerpt: Excerpt


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that starts like an annotation and is none; prints as `file:line: reason`."""

    path: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.reason}"


def scan(root: Path) -> list[Annotation]:
    """All well-formed annotations below `root`, by path and line."""
    return [found for found in _readings(root) if isinstance(found, Annotation)]


def problems(root: Path) -> list[Problem]:
    """All malformed annotations below `root`, by path and line."""
    return [found for found in _readings(root) if isinstance(found, Problem)]


def _readings(root: Path) -> Iterator[Annotation | Problem]:
    for source in files_containing(root, MIDDLE_DOT):
        # Sample files of tests are written to be read by the tests, not by readers of the book.
        if source.path.startswith("tests/") and source.language != "python":
            continue
        yield from _read_file(source)


# The text is part of the key: a file is parsed again as soon as it has changed, and only then.
@lru_cache(maxsize=1024)
def _read_file(source: Source) -> tuple[Annotation | Problem, ...]:
    lines = source.text.split("\n")
    return tuple(_read(source, lines, comment) for comment in annotation_lines(source))


def _read(source: Source, lines: list[str], comment: CommentLine) -> Annotation | Problem:
    try:
        claim = _claim(comment, lines[comment.number - 1])
    except Malformed as error:
        return Problem(source.path, comment.number, str(error))
    text, first_line = _excerpt(lines, comment.number, comment.symbol)
    return Annotation(
        chapter=claim.chapter,
        summary=claim.summary,
        path=source.path,
        line=comment.number,
        symbol=None if comment.symbol is None else comment.symbol.name,
        excerpt=Excerpt(text, first_line, source.language),
    )


def _claim(comment: CommentLine, line: str) -> Claim:
    if not comment.alone:
        raise Malformed("stands behind code, an annotation has a line of its own")
    claim = parse(comment.text)
    if line != line.rstrip():
        raise Malformed("blanks at the end of the line")
    return claim


def _excerpt(lines: list[str], line: int, symbol: Symbol | None) -> tuple[str, int]:
    """The lines to show for an annotation, and the number of the first."""
    if symbol is None:
        first, last = line - CONTEXT_LINES, line + CONTEXT_LINES
    else:
        first = min(line, symbol.first_line)
        if line >= first + SYMBOL_EXCERPT_LINES:  # deep in a long one: show the annotated part
            first = line
        last = min(symbol.last_line, first + SYMBOL_EXCERPT_LINES - 1)
    first = max(first, 1)
    return "\n".join(lines[first - 1 : last]).rstrip("\n"), first
