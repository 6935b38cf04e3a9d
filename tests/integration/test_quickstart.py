"""`docs/quickstart.md` is run as it stands, against a running product."""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.local.product import Product, running_product
from tests.conftest import REPOSITORY

PAGE = REPOSITORY / "docs" / "quickstart.md"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
_FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclass(frozen=True, slots=True)
class Step:
    language: str
    code: str
    printed: str


def steps(page: str) -> list[Step]:
    """The blocks of code, each with the block `text` that follows it."""
    blocks = _BLOCK.findall(page)
    found = []
    for (language, code), (kind, printed) in zip(blocks[::2], blocks[1::2], strict=True):
        assert (kind, language in ("bash", "python")) == ("text", True), code
        found.append(Step(language, code, printed))
    return found


def run(product: Product, folder: Path, page: str) -> list[tuple[Step, str]]:
    """What each step printed; shell and Python go on where their last step ended."""
    page = page.replace("http://127.0.0.1:8000", product.api)
    page = page.replace(".lectern/token", str(product.home / "token"))
    before: dict[str, str] = {"bash": "", "python": ""}
    printed = []
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    saved = folder / "environment"
    for step in steps(page):
        if step.language == "bash":
            # Exported names are handed to the next step, as a terminal does
            begin = f"[ -f {saved} ] && . {saved}\n"
            code = f"{begin}{step.code}\nexport -p > {saved}\n"
            command = ["bash", "-c", code]
        else:
            marker = "print('--- now ---')\n"
            code = before["python"] + marker + step.code
            before["python"] += _imports(step.code)
            command = ["bash", "-c", f'. {saved}; exec python -c "$1"', "bash", code]
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=folder, env=environment, timeout=300
        )
        assert done.returncode == 0, f"{step.code}\n{done.stdout}\n{done.stderr}"
        printed.append((step, done.stdout.split("--- now ---\n")[-1]))
    return printed


def _imports(code: str) -> str:
    """All that a later block uses of an earlier one."""
    lines = [line for line in code.splitlines() if line.startswith(("import ", "from "))]
    return "".join(f"{line}\n" for line in lines)


@pytest.mark.slow
def test_the_page_does_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    page = PAGE.read_text(encoding="utf-8")
    with running_product(tmp_path / "home") as product:
        printed = run(product, tmp_path / "work", page)
    assert len(printed) >= 7
    check = doctest.OutputChecker()
    for step, output in printed:
        assert check.check_output(step.printed, output, _FLAGS), f"{step.code}\n{output}"


def test_a_page_that_says_otherwise_is_noticed() -> None:
    page = "```bash\necho a\n```\n\n```text\nb\n```\n"
    (step,) = steps(page)
    assert not doctest.OutputChecker().check_output(step.printed, "a\n", _FLAGS)
