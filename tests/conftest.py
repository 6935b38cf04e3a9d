"""What all tests share: choosing those of a chapter, real speech, the search for Chromium."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

pytest_plugins = ["tests.support.databases"]
REPOSITORY = Path(__file__).resolve().parent.parent
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--chapter",
        metavar="N",
        default=None,
        help="only the tests that prove the mechanism of this chapter of the book",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted: str | None = config.getoption("--chapter")
    if wanted is None:
        return
    if not wanted.isdecimal():
        raise pytest.UsageError(f"--chapter wants a number, not {wanted!r}")
    number = int(wanted)
    chosen = [item for item in items if number in _chapters(item)]
    if not chosen:
        raise pytest.UsageError(f"no test proves the mechanism of chapter {number} yet")
    left_out = [item for item in items if item not in set(chosen)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = chosen


def _chapters(item: pytest.Item) -> set[int]:
    return {number for mark in item.iter_markers("chapter") for number in mark.args}


def required(name: str) -> bool:
    """Whether `name` is set: what is missing fails then, instead of being skipped."""
    return os.environ.get(name, "") not in ("", "0")


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder with corpora of real speech, `LECTERN_CORPORA` or the one beside the checkout."""
    named = os.environ.get("LECTERN_CORPORA")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "corpora"
    folder = folder if folder.is_absolute() else REPOSITORY / folder
    if not folder.is_dir():
        reason = f"no corpora of real speech in {folder} (LECTERN_CORPORA names another folder)"
        if required("LECTERN_REQUIRE_CORPORA"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium, `LECTERN_CHROMIUM` or the one that is installed."""
    named = os.environ.get("LECTERN_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if found is None:
        reason = "no Chromium is installed (LECTERN_CHROMIUM names one)"
        if required("LECTERN_REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def synthesis() -> Path:
    """The environment that reads sentences aloud, which `make setup-training` makes."""
    home = Path(os.environ.get("LECTERN_HOME") or REPOSITORY / ".lectern")
    folder = Path(os.environ.get("LECTERN_SYNTHESIS") or home / "synthesis").absolute()
    if not (folder / "bin" / "python").exists():
        reason = f"no environment for synthesis in {folder} (`make setup-training` makes it)"
        if required("LECTERN_REQUIRE_SYNTHESIS"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder
