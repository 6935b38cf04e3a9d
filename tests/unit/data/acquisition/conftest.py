from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.acquisition.download import Downloader, Patience
from data.acquisition.fetch import Fetcher
from tests.unit.data.acquisition.homes import Home, home


@pytest.fixture
def place() -> Iterator[Home]:
    with home() as running:
        yield running


@pytest.fixture
def waits() -> list[float]:
    """What the downloader would have waited."""
    return []


@pytest.fixture
def downloader(tmp_path: Path, waits: list[float]) -> Downloader:
    patience = Patience(connect_s=5, read_s=0.5, attempts=4)
    return Downloader(tmp_path / "downloads", patience, waits.append)


@pytest.fixture
def said() -> list[str]:
    """What the user was told."""
    return []


@pytest.fixture
def fetcher(tmp_path: Path, said: list[str], waits: list[float]) -> Fetcher:
    patience = Patience(connect_s=5, read_s=2, attempts=3)
    return Fetcher(
        tmp_path / "corpora",
        said.append,
        lambda _what, _done, _total: None,
        lambda folder: Downloader(folder, patience, waits.append),
    )
