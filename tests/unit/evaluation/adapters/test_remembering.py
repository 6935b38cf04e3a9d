"""Systems of one encoder hear with it once, and write what they would have written."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.settings import Settings
from evaluation import corpora
from evaluation.runs.sequential import Sequential, remembering, sequential
from tests.support.adapters import random_adapter
from worker.models.adapter import dump
from worker.models.store import put_adapter
from worker.models.weights import find
from worker.pipeline.recognise import DecodingOptions

OPTIONS = DecodingOptions(language="en")


def texts(engine: Sequential, paths: list[Path]) -> list[str]:
    heard = [engine.hear(lambda path=path: path) for path in paths]
    assert [each.error for each in heard] == [None] * len(paths)
    return [" ".join(segment.text for segment in each.segments) for each in heard]


@pytest.mark.chapter(24)
def test_the_same_texts_with_one_hearing_of_the_encoder(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    clips = [clip.audio for clip in corpora.corpus("functionality").clips[:4]]
    adapter = random_adapter(find("tiny.en", settings.models_dir), size=0.2, rank=4)
    adapted = str(put_adapter(dump(adapter), settings.models_dir))
    kept = tmp_path / "evaluation" / "features"
    heard = {}
    for model in ("tiny.en", adapted):
        with sequential(model, OPTIONS, settings) as plain:
            alone = texts(plain, clips)
        assert not kept.exists() or model == adapted
        with remembering(model, OPTIONS, settings) as engine:
            assert texts(engine, clips) == alone
        heard[model] = alone
        assert len(list(kept.rglob("*.f16"))) == 4, "the adapter's encoder is its parent's"
    assert heard["tiny.en"] != heard[adapted]
