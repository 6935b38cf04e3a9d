"""Which tests prove a chapter's mechanism: those marked `pytest.mark.chapter(<number>)`."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from app.chapters.sources import Source, files_containing


def find_checks(root: Path) -> dict[int, list[str]]:
    """The pytest node ids of each chapter's tests; a chapter without any has no entry.

    A mark counts on a function, on a class and, as `pytestmark`, on a whole module. The files
    are read, never imported.
    """
    checks: dict[int, list[str]] = defaultdict(list)
    for source in files_containing(root / "tests", "mark.chapter("):
        if source.language == "python":
            for number, name in _marked_tests(source):
                checks[number].append(f"tests/{source.path}::{name}")
    return dict(checks)


def _marked_tests(source: Source) -> Iterator[tuple[int, str]]:
    try:
        tree = ast.parse(source.text)
    except SyntaxError:
        return
    yield from _tests_in(tree.body, prefix="", inherited=frozenset())


def _tests_in(
    body: list[ast.stmt], prefix: str, inherited: frozenset[int]
) -> Iterator[tuple[int, str]]:
    here = inherited | _chapters(_pytestmarks(body))
    for node in body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() if node.name.startswith("test"):
                for number in sorted(here | _chapters(node.decorator_list)):
                    yield number, prefix + node.name
            case ast.ClassDef():
                marks = here | _chapters(node.decorator_list)
                yield from _tests_in(node.body, f"{prefix}{node.name}::", marks)


def _pytestmarks(body: list[ast.stmt]) -> Iterator[ast.expr]:
    for node in body:
        match node:
            case ast.Assign(targets=[ast.Name(id="pytestmark")], value=marks):
                yield marks


def _chapters(expressions: Iterable[ast.expr]) -> frozenset[int]:
    calls = (node for expression in expressions for node in ast.walk(expression))
    return frozenset(
        argument.value
        for call in calls
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("mark.chapter")
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, int)
    )
