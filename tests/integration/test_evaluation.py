"""The evaluation suite as it is used: as a command, and through the whole product."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from evaluation.runs.format import load
from tests.support import small_corpus

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def evaluation(tmp_path: Path):
    """Runs `python -m evaluation …` on a small corpus, with a home of its own."""
    small_corpus.sentences(tmp_path / "corpora" / "small")
    small_corpus.sentences(tmp_path / "corpora" / "broken", broken=True)
    environment = {
        **os.environ,
        "LECTERN_HOME": str(tmp_path / "home"),
        "LECTERN_CORPORA": str(tmp_path / "corpora"),
        "COLUMNS": "120",
    }

    def run(*arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "evaluation", *arguments],
            cwd=REPOSITORY,
            env=environment,
            capture_output=True,
            text=True,
            timeout=180,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


def runs(tmp_path: Path) -> Path:
    return tmp_path / "home" / "evaluation" / "runs"


@pytest.mark.chapter(15)
def test_served_through_the_product_is_what_a_user_gets(evaluation, tmp_path: Path) -> None:
    evaluation("run", "--corpus", "small", "--model", "tiny.en", "--mode", "served")
    evaluation("run", "--corpus", "small", "--model", "tiny.en")
    served = load(runs(tmp_path) / "small--tiny.en--served.json")
    alone = load(runs(tmp_path) / "small--tiny.en--sequential.json")
    assert served.summary["wer"]["english"]["value"] < 0.1
    assert [u.hypothesis for u in served.utterances] == [u.hypothesis for u in alone.utterances]
    for recording in served.recordings:
        assert recording.rungs == {"tiny.en": 1}
        assert 0 < recording.first_words_s <= recording.processing_s < 60
    assert served.speed["peak_rss_mb"] > alone.speed["peak_rss_mb"] > 100
    said = evaluation("compare", "small--tiny.en--served", "small--tiny.en--sequential")
    assert "small--tiny.en--served" in said


def test_exit_codes_tell_what_happened(evaluation, tmp_path: Path) -> None:
    said = evaluation("run", "--corpus", "broken", "--model", "tiny.en", code=1)
    assert "2 of 6 recordings failed" in said
    assert "audio/missing.wav is missing" in said
    said = evaluation("run", "--corpus", "nowhere", "--model", "tiny.en", code=2)
    assert "nowhere" in said
    assert "small" in said, "it names those that are here"
    said = evaluation("run", "--corpus", "small", "--model", "tiny.en", "--by", "shoes", code=2)
    assert "shoes" in said
    assert "gender" in said, "it names what is known"
    said = evaluation("run", "--corpus", "small", "--condition", "noize-10", code=2)
    assert "noise-10" in said
    said = evaluation("run", "--corpus", "small", "--model", "/nowhere/model", code=2)
    assert "/nowhere/model" in said
    assert "Traceback" not in said


@pytest.mark.chapter(24)
def test_figures_can_be_made_again_without_the_audio(evaluation, tmp_path: Path) -> None:
    evaluation("run", "--corpus", "small", "--model", "tiny.en")
    path = runs(tmp_path) / "small--tiny.en--sequential.json"
    before = json.loads(path.read_text())
    for clip in (tmp_path / "corpora" / "small" / "audio").iterdir():
        clip.unlink()
    path.write_text(json.dumps({**before, "summary": {}}))
    evaluation("score", "small--tiny.en--sequential")
    assert json.loads(path.read_text())["summary"] == before["summary"]
    evaluation("score", "small--tiny.en--sequential", "--by", "gender")
    assert [group["by"] for group in load(path).summary["groups"]] == [["gender"]]
