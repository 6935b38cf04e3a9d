"""The small corpus of the tests, made once; its soundings are kept for all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.data.checks.small import Small, build, copy


@pytest.fixture(scope="session")
def clean_corpus(corpora: Path, tmp_path_factory: pytest.TempPathFactory) -> Small:
    return build(corpora, tmp_path_factory.mktemp("clean") / "small")


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def own_home(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LECTERN_HOME", str(kept))


@pytest.fixture
def small(clean_corpus: Small, tmp_path: Path) -> Small:
    return copy(clean_corpus, tmp_path / "small")
