"""A product's data without its processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.context import Context
from tests.support.rows import Rows, new_context


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    opened = new_context(tmp_path / "home")
    yield opened
    opened.database.dispose()


@pytest.fixture
def rows(context: Context) -> Rows:
    return Rows(context)
