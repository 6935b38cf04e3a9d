"""General speech that training rehearses: what comes with the source, and people's."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.settings import Settings
from data.acquisition.places import MANIFEST
from data.domains.folder import find
from tests.support.small_corpus import sentences
from worker.adaptation.making import REPLAY, Making, stages_of
from worker.adaptation.pipeline import StageFailed

pytestmark = pytest.mark.chapter(16)


def test_people_that_a_domain_names_are_rehearsed_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = sentences(tmp_path / "corpora" / "speechocean")
    monkeypatch.setenv("LECTERN_CORPORA", str(tmp_path / "corpora"))
    stages = stages_of(find("ruby"), Making(settings=Settings(home=tmp_path)))
    inputs = next(stage.files for stage in stages if stage.name == "augment")
    assert inputs == {"replay": REPLAY, "speechocean": people / MANIFEST}


def test_where_they_are_not_it_says_what_brings_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LECTERN_CORPORA", str(tmp_path))
    monkeypatch.setenv("LECTERN_HOME", str(tmp_path))
    with pytest.raises(StageFailed, match="python -m data fetch speechocean"):
        stages_of(find("ruby"), Making(settings=Settings(home=tmp_path)))
