"""Words on the pages that are no message yet: found in the syntax tree, not by running anything."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from ui.words.collect import ENGLISH, KEYWORDS, ROOT, files, template_of
from ui.words.templates import messages

EXCEPTIONS: Final = frozenset(
    {
        "Lectern",
        "Lectern {}",
        "By {}:",  # how a line of the results begins; it is looked for, not shown
        "Hm",
        "const WORDS={};",
        "const LOCALE={};",
        "Source Serif 4",
        "No speech",  # how a warning of the API begins; it is looked for, not shown
        "EU-SILC",
        "`",
        "img-src data:",
    }
)
"""Shown or used as they are in every language."""
LABELLED: Final = frozenset(
    [
        "altair_chart",
        "button",
        "caption",
        "checkbox",
        "dialog",
        "expander",
        "file_uploader",
        "header",
        "info",
        "markdown",
        "number_input",
        "page_link",
        "popover",
        "radio",
        "selectbox",
        "spinner",
        "subheader",
        "text_area",
        "text_input",
        "title",
        "toast",
        "toggle",
        "write",
        "warning",
        "error",
        "success",
        "audio_input",
        "multiselect",
        "slider",
        "link_button",
        "download_button",
        "CheckboxColumn",
        "TextColumn",
        "NumberColumn",
        "ButtonColumn",
    ]
)
"""Calls of Streamlit whose first argument is read by people."""
_NOT_SHOWN: Final = frozenset(
    [
        "key",
        "type",
        "width",
        "gap",
        "format",
        "language",
        "position",
        "layout",
        "accept",
        "icon",
        "vertical_alignment",
        "label_visibility",
        "visibility",
        "url_path",
        "css",
        "html",
        "js",
    ]
)
_SENTENCE: Final = re.compile(r"[^\W\d_]{2,}[.,;:]? [^\W\d_]|^[A-Z][a-zäöü]+\b(?![-_/])")
_WORD: Final = re.compile(r"(?:^|[\s(“])[^\W\d_]{2,}(?=$|[\s.,;:)”])")
_ADDRESS: Final = re.compile(r"^[/?#.&]|^[\w-]+=|^https?:")


def unwrapped() -> Iterator[tuple[str, str]]:
    """Place (`ui/pages/library.py:12`) and text of each."""
    for path in files(".py"):
        name = path.relative_to(ROOT).as_posix()
        if name in ENGLISH or name.startswith("ui/words/"):
            continue
        for node, text in found(ast.parse(path.read_text())):
            if text not in EXCEPTIONS:
                yield f"{name}:{node.lineno}", text


def found(tree: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """Strings and f-strings that look like words for people, outermost first."""
    yield from _below(tree, label=False)


def _below(node: ast.AST, *, label: bool) -> Iterator[tuple[ast.expr, str]]:
    if isinstance(node, ast.Constant | ast.JoinedStr):
        text = _text(node)
        if text is not None and _shown(node, text, label=label):
            yield node, text
            return
    for field, child in _children(node):
        yield from _below(child, label=field == "label")


def _children(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Call):
        yield from _of_call(node)
        return
    if isinstance(node, ast.Subscript):
        yield "", node.value
        return
    if isinstance(node, ast.Compare):
        yield "", node.left
        return
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "keys") and not isinstance(node, ast.Dict):
            continue
        if name == "keys":
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
                continue  # a docstring
            if isinstance(child, ast.AST):
                yield "", child


def _of_call(node: ast.Call) -> Iterator[tuple[str, ast.AST]]:
    named = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    skipped = template_of(node) is not None
    wrapped = named in KEYWORDS or named in ("compile", "getattr", "strftime")
    yield "", node.func
    for place, argument in enumerate(node.args):
        if not (wrapped and not isinstance(argument, ast.Call)) and not (skipped and place == 0):
            yield ("label" if named in LABELLED and place == 0 else ""), argument
    for keyword in node.keywords:
        if keyword.arg not in _NOT_SHOWN:
            shown = keyword.arg in ("label", "help", "placeholder", "alt")
            yield ("label" if shown else ""), keyword.value


def _text(node: ast.Constant | ast.JoinedStr) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
    )


def _shown(node: ast.AST, text: str, *, label: bool) -> bool:
    if text.lstrip().startswith("<"):
        return any(True for _ in messages(text))
    if _ADDRESS.search(text) or text.endswith((".py", ".css", ".js", ".html")):
        return False
    plain = text.replace("{}", " ")
    if label:
        return bool(re.search(r"[^\W\d_]", plain))
    if isinstance(node, ast.JoinedStr):
        return bool(_WORD.search(text.replace("{}", " {} ").replace("- ", "-").replace(" -", "-")))
    return bool(_SENTENCE.search(plain))
