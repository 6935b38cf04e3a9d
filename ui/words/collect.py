"""All messages of the screen, from its sources: pages, parts, and the components' own files."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file

from ui.words.catalogue import FOLDER
from ui.words.templates import messages

ROOT: Final = FOLDER.parents[1]
PLACES: Final = ("ui/pages", "ui/parts", "ui/words")
KEYWORDS: Final = {
    "say": None,
    "said": None,
    "later": None,
    "say_as": ((1, "c"), 2),
    "many": (2, 3),
}
"""Functions whose arguments are messages, as Babel spells which."""
ENGLISH: Final = ("ui/pages/walkthrough.py", "ui/parts/chapters.py")
"""The walkthrough of the book, which stays English like the book."""
TEMPLATED: Final = frozenset({"html", "show"})
"""Functions whose first argument is a template of HTML."""
Message = tuple[str, str | tuple[str, ...], str | None]
"""File, text or its two forms, context."""


def files(suffix: str) -> list[Path]:
    return sorted(path for place in PLACES for path in (ROOT / place).rglob(f"*{suffix}"))


def collected() -> Iterator[Message]:
    """Everything, file by file."""
    for path in files(".py"):
        if path.relative_to(ROOT).as_posix() not in ENGLISH:
            yield from _python(path)
    for path in files(".js"):
        yield from _called(path, "javascript")
    for path in files(".html"):
        name = path.relative_to(ROOT).as_posix()
        yield from ((name, text, None) for text in messages(path.read_text()))


def script_messages(path: Path) -> Iterator[str]:
    """What one script says."""
    for _, text, _ in _called(path, "javascript"):
        yield text if isinstance(text, str) else text[0]


def _python(path: Path) -> Iterator[Message]:
    yield from _called(path, "python")
    name = path.relative_to(ROOT).as_posix()
    for node in ast.walk(ast.parse(path.read_text())):
        template = template_of(node)
        if template is not None:
            yield from ((name, text, None) for text in messages(template))


def template_of(node: ast.AST) -> str | None:
    """The template that a call is given; None for everything else."""
    if not isinstance(node, ast.Call) or not node.args:
        return None
    called, first = node.func, node.args[0]
    named = called.id if isinstance(called, ast.Name) else ""
    if named in TEMPLATED and isinstance(first, ast.Constant) and isinstance(first.value, str):
        return first.value
    return None


def _called(path: Path, method: str) -> Iterator[Message]:
    name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
    options = {"encoding": "utf-8", "template_string": "true"}
    for _, text, _, context in extract_from_file(method, path, KEYWORDS, options=options):
        yield name, text, context


def template() -> Catalog:
    """A catalogue of all messages without any translation, sorted by text."""
    found = Catalog(project="Lectern", charset="utf-8", fuzzy=False)
    for name, text, context in sorted(collected(), key=lambda message: str(message[1])):
        found.add(text, locations=[(name, 0)], context=context)
    return found
