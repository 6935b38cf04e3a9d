"""The grammar of annotations on small trees, and on this repository.

The samples are string literals: those never count as annotations, so the last test can read this
file like any other.
"""

import time
from pathlib import Path

import pytest

from app.chapters.annotations import Annotation, problems, scan
from app.chapters.catalogue import REPOSITORY_ROOT

GOOD = "Ch 7 · Planning for Mistakes: silence has no words"


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


def only(root: Path) -> Annotation:
    assert problems(root) == []
    [annotation] = scan(root)
    return annotation


@pytest.mark.parametrize(
    ("name", "line", "language"),
    [
        ("a.py", f"# {GOOD}", "python"),
        ("a.py", f'"""{GOOD}"""', "python"),
        ("a.py", f'"""Guard.\n\n{GOOD}\n"""', "python"),
        ("compose.yaml", f"  # {GOOD}", "yaml"),
        ("pyproject.toml", f"# {GOOD}", "toml"),
        ("Dockerfile", f"# {GOOD}", "dockerfile"),
        ("worker.Dockerfile", f"# {GOOD}", "dockerfile"),
        ("Makefile", f"## {GOOD}", "makefile"),
        ("page.md", f"<!-- {GOOD} -->", "markdown"),
        ("run.sh", f"# {GOOD}", "bash"),
        (".ci/run", f"#!/usr/bin/env bash\n# {GOOD}", "bash"),
        ("a.css", f"/* {GOOD} */", "css"),
        ("a.css", f"/*\n * {GOOD}\n */", "css"),
        ("a.js", f"// {GOOD}", "javascript"),
        ("a.sql", f"-- {GOOD}", "sql"),
        ("Caddyfile", f"# {GOOD}", "text"),
    ],
)
def test_found_in_every_language(tmp_path: Path, name: str, line: str, language: str) -> None:
    write(tmp_path, name, f"{line}\n")
    annotation = only(tmp_path)
    assert (annotation.chapter, annotation.summary) == (7, "silence has no words")
    assert (annotation.path, annotation.excerpt.language) == (name, language)
    assert GOOD in annotation.excerpt.text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("page.md", "Ch 7 is about mistakes.\nCh 7 · Planning for Mistakes\n"),
        ("page.md", f"# {GOOD}\n* {GOOD}\n-- {GOOD}\n"),
        ("page.md", f"```html\n<!-- {GOOD} -->\n```\n"),
        ("page.md", f"Write `<!-- {GOOD} -->` in Markdown.\n"),
        ("a.py", "# Ch 7 without the dot, and chapter 7 · with another start\n"),
        ("a.py", f'SAMPLE = """\n# {GOOD}\n"""\n'),
        ("a.py", f'"""See `{GOOD}`."""\n'),
        ("tests/fixtures/page.md", "<!-- Ch 7 · Nonsense -->\n"),
        ("node_modules/a.js", f"// {GOOD}\n"),
        (".venv/lib/a.py", f"# {GOOD}\n"),
        (".lectern/a.py", f"# {GOOD}\n"),
        ("a.bin", f"# {GOOD}\n\0"),
        ("long.yaml", f"# {GOOD}\n" + "x" * 300_000),
    ],
)
def test_not_an_annotation(tmp_path: Path, name: str, text: str) -> None:
    write(tmp_path, name, text)
    assert scan(tmp_path) == []
    assert problems(tmp_path) == []


def test_virtual_environment_of_any_name_is_skipped(tmp_path: Path) -> None:
    write(tmp_path, "env/pyvenv.cfg", "")
    write(tmp_path, "env/a.py", f"# {GOOD}\n")
    assert scan(tmp_path) == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("# Ch 7 · Planning for Errors: x", "called 'Planning for Mistakes', not 'Planning for Er"),
        ("# Ch 7 · planning for mistakes: x", "called 'Planning for Mistakes'"),
        ("# Ch 8 · Planning for Mistakes: x", "called 'Thinking like a Software Architect'"),
        ("# Ch 30 · Afterword: x", "no chapter 30"),
        ("# Ch 0 · Preface: x", "no chapter 0"),
        ("# Ch 7 · Planning for Mistakes", "summary after the title and a colon is missing"),
        ("# Ch 7 · Planning for Mistakes:", "summary after the title and a colon is missing"),
        ("# Ch 7 · Planning for Mistakes: " + "x" * 121, "121 characters, at most 120"),
        ("# Ch 7 · Planning for Mistakes: x  ", "blanks at the end"),
        ("# Ch 7 · Planning for Mistakes:x", "spacing"),
        ("# Ch 07 · Planning for Mistakes: x", "spacing"),
        ("# Ch 7· Planning for Mistakes: x", "spacing"),
        ("retries = 3  # Ch 7 · Planning for Mistakes: x", "stands behind code"),
    ],
)
@pytest.mark.parametrize("name", ["a.py", "a.toml"])
def test_malformed_is_reported(tmp_path: Path, name: str, line: str, reason: str) -> None:
    write(tmp_path, name, f"first = 1\n{line}\n")
    assert scan(tmp_path) == []
    [problem] = problems(tmp_path)
    assert (problem.path, problem.line) == (name, 2)
    assert reason in problem.reason
    assert str(problem) == f"{name}:2: {problem.reason}"


def test_summary_of_120_characters_is_allowed(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "# Ch 7 · Planning for Mistakes: " + "x" * 120 + "\n")
    assert len(only(tmp_path).summary) == 120


def test_quotes_at_the_end_of_a_summary_are_kept(tmp_path: Path) -> None:
    line = 'Ch 7 · Planning for Mistakes: shown as "draft"'
    write(tmp_path, "a.py", f'"""Guard.\n\n{line}\n"""\n# {line}\n')
    assert {annotation.summary for annotation in scan(tmp_path)} == {'shown as "draft"'}


@pytest.mark.parametrize(
    ("source", "symbol"),
    [
        (f"# {GOOD}\ndef guard(): ...\n", "guard"),
        (f"# {GOOD}\n# More of it.\n@cache\nasync def guard(): ...\n", "guard"),
        (f"class Guard:\n    # {GOOD}\n    def check(self): ...\n", "Guard.check"),
        (f"class Guard:\n    # {GOOD}\n\n    def check(self): ...\n", "Guard"),
        (f'class Guard:\n    """{GOOD}"""\n', "Guard"),
        (f"def guard():\n    def inner():\n        # {GOOD}\n        return 1\n", "guard.inner"),
        (f"if True:\n    def guard():\n        # {GOOD}\n        return 1\n", "guard"),
        (f"# {GOOD}\n\n\ndef guard(): ...\n", None),
        (f"# {GOOD}\nLIMIT = 3\n", None),
        (f'"""{GOOD}"""\ndef guard(): ...\n', None),
        (f"# {GOOD}\ndef half(:\n", None),
    ],
)
def test_symbol(tmp_path: Path, source: str, symbol: str | None) -> None:
    write(tmp_path, "a.py", source)
    assert only(tmp_path).symbol == symbol


def test_excerpt_of_a_symbol_is_its_source(tmp_path: Path) -> None:
    body = "@cache\ndef guard():\n    return 1"
    write(tmp_path, "a.py", f"import os\n\n# {GOOD}\n{body}\n\n\nafter = 2\n")
    excerpt = only(tmp_path).excerpt
    assert (excerpt.text, excerpt.first_line) == (f"# {GOOD}\n{body}", 3)


def test_excerpt_of_a_long_symbol_has_40_lines_and_the_annotation(tmp_path: Path) -> None:
    filler = "    x = 1\n" * 50
    write(tmp_path, "near.py", f'def near():\n    """{GOOD}"""\n{filler}')
    write(tmp_path, "deep.py", f"def deep():\n{filler}    # {GOOD}\n{filler}")
    deep, near = (annotation.excerpt for annotation in scan(tmp_path))
    assert (near.first_line, near.text.count("\n")) == (1, 39)
    assert (deep.first_line, deep.text.count("\n")) == (52, 39)


def test_excerpt_elsewhere_is_twelve_lines_around(tmp_path: Path) -> None:
    lines = [f"key{n}: 1" for n in range(1, 61)]
    lines[29] = f"# {GOOD}"
    write(tmp_path, "a.yaml", "\n".join(lines) + "\n")
    excerpt = only(tmp_path).excerpt
    assert (excerpt.first_line, excerpt.text.split("\n")) == (18, lines[17:42])


def test_excerpt_is_live(tmp_path: Path) -> None:
    write(tmp_path, "a.py", f"# {GOOD}\ndef guard():\n    return 1\n")
    assert "return 1" in only(tmp_path).excerpt.text
    write(tmp_path, "a.py", f"# {GOOD}\ndef guard():\n    return 2\n")
    assert "return 2" in only(tmp_path).excerpt.text


def test_order_is_path_then_line(tmp_path: Path) -> None:
    write(tmp_path, "b.py", f'# {GOOD}\n"""Not a docstring."""\n')
    write(tmp_path, "a.py", f'"""{GOOD}\n\n{GOOD}"""\n# {GOOD}\n')
    found = [(annotation.path, annotation.line) for annotation in scan(tmp_path)]
    assert found == [("a.py", 1), ("a.py", 3), ("a.py", 4), ("b.py", 1)]


def test_repository_annotations() -> None:
    assert [str(problem) for problem in problems(REPOSITORY_ROOT)] == []


def test_repository_is_scanned_quickly() -> None:
    seconds = []
    for _ in range(5):
        begin = time.perf_counter()
        scan(REPOSITORY_ROOT)
        seconds.append(time.perf_counter() - begin)
    assert min(seconds) < 0.3
