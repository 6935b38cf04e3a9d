"""The functions and classes of a Python file, and which of them a comment speaks about."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Symbol:
    """`name` is qualified; `first_line` is the first decorator's; lines count from 1."""

    name: str
    first_line: int
    last_line: int


def symbol_for(line: int, lines: Sequence[str], tree: ast.Module) -> Symbol | None:
    """The symbol that directly follows the comment at `line`, else the innermost around it."""
    after = line
    while after <= len(lines) and lines[after - 1].lstrip().startswith("#"):
        after += 1
    if after > line:
        for symbol in _symbols_at(tree, after):
            if symbol.first_line == after:
                return symbol
    return max(_symbols_at(tree, line), key=lambda symbol: symbol.first_line, default=None)


def nodes_at(parent: ast.AST, line: int) -> Iterator[ast.AST]:
    """The nodes below `parent` whose lines contain `line`, outer before inner.

    Only these are visited, which is much quicker than a walk through the whole tree.
    """
    for node in ast.iter_child_nodes(parent):
        last_line = getattr(node, "end_lineno", None)
        if last_line is None:  # `arguments`, `match_case` and others have no place of their own
            yield from nodes_at(node, line)
        elif _first_line(node) <= line <= last_line:
            yield node
            yield from nodes_at(node, line)


def _symbols_at(tree: ast.Module, line: int) -> Iterator[Symbol]:
    names: list[str] = []
    for node in nodes_at(tree, line):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.append(node.name)
            yield Symbol(".".join(names), _first_line(node), node.end_lineno or node.lineno)


def _first_line(node: ast.AST) -> int:
    placed: list[Any] = [node, *getattr(node, "decorator_list", [])]
    return min(int(each.lineno) for each in placed)
