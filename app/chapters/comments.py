"""The lines of a file that are comments or docstrings, as far as they look like annotations."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.chapters.grammar import MIDDLE_DOT, START
from app.chapters.sources import Source
from app.chapters.symbols import Symbol, nodes_at, symbol_for

_ANY_LEADER = r"#+|//+|/\*+|\*|<!--|--"
_HASH = r"#+"
_SLASHES = r"//+|/\*+|\*"
_LEADERS = {
    "yaml": _HASH,
    "toml": _HASH,
    "ini": _HASH,
    "bash": _HASH,
    "makefile": _HASH,
    "dockerfile": _HASH,
    "css": _SLASHES,
    "javascript": _SLASHES,
    "typescript": _SLASHES,
    "sql": r"--",
    # `#` opens a heading there and `*` a list item, so that only a comment counts.
    "markdown": r"<!--",
    "html": r"<!--",
}
_CLOSER = re.compile(r"\s*(?:-->|\*+/)\s*$")
_FENCE = re.compile(r"\s*(```|~~~)")
_OPENING_QUOTES = re.compile(r"""\s*[rRuU]?(?:\"{3}|'{3}|["'])""")
_CLOSING_QUOTES = re.compile(r"""(?:\"{3}|'{3}|["'])\s*$""")


@dataclass(frozen=True, slots=True)
class CommentLine:
    """One line of a comment or docstring.

    `text` comes without leader, closer and outer blanks; `alone` says that no code stands before
    it; `symbol` is what it speaks about, for Python only.
    """

    number: int
    text: str
    alone: bool = True
    symbol: Symbol | None = None


def annotation_lines(source: Source) -> Iterator[CommentLine]:
    """Comment and docstring lines that start like an annotation, well formed or not.

    Text in a string literal of Python or in a fenced block of Markdown is an example of an
    annotation, not one: neither counts.
    """
    if START.search(source.text) is None:
        return iter(())
    if source.language == "python":
        return _python_lines(source.text)
    if source.language == "markdown":
        return _lines_with_leader(_without_fences(source.text), _LEADERS["markdown"])
    return _lines_with_leader(source.text, _LEADERS.get(source.language, _ANY_LEADER))


def _lines_with_leader(text: str, leader: str) -> Iterator[CommentLine]:
    pattern = re.compile(rf"(?P<before>^\s*|^.*?\s)(?:{leader})\s*(?P<text>{START.pattern}.*)")
    for number, line in enumerate(text.split("\n"), 1):
        found = pattern.match(line) if MIDDLE_DOT in line else None
        if found is not None:
            content = _CLOSER.sub("", found["text"]).strip()
            yield CommentLine(number, content, alone=not found["before"].strip())


def _without_fences(text: str) -> str:
    """The same number of lines, those of fenced code blocks empty."""
    kept = []
    fence: str | None = None
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        kept.append(line if fence is None and mark is None else "")
        if mark is not None and fence in (None, mark[1]):
            fence = mark[1] if fence is None else None
    return "\n".join(kept)


def _python_lines(text: str) -> Iterator[CommentLine]:
    comments = {comment.number: comment for comment in _lines_with_leader(text, _HASH)}
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):  # half-written, or a template
        yield from comments.values()
        return
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if START.search(line) is None:
            continue
        content = _docstring_line(tree, number, line)
        if content is None and number in comments and not _in_string(tree, number):
            content = comments[number].text
        if content is not None and START.match(content):
            alone = number not in comments or comments[number].alone
            yield CommentLine(number, content, alone, symbol_for(number, lines, tree))


def _docstring_line(tree: ast.Module, number: int, line: str) -> str | None:
    """The line without quotes if it belongs to a docstring, else None."""
    for node in (tree, *nodes_at(tree, number)):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        match node.body[:1]:
            case [ast.Expr(value=ast.Constant(value=str()) as docstring)]:
                if number == docstring.lineno:
                    line = _OPENING_QUOTES.sub("", line, count=1)
                if number == docstring.end_lineno:
                    line = _CLOSING_QUOTES.sub("", line)
                if docstring.lineno <= number <= (docstring.end_lineno or docstring.lineno):
                    return line.strip()
    return None


def _in_string(tree: ast.Module, number: int) -> bool:
    """Whether what looks like an annotation on this line is part of a string's value."""
    return any(
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and START.search(node.value) is not None
        for node in nodes_at(tree, number)
    )
