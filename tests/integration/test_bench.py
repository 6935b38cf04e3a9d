"""The benchmark runs on real speech, and our pipeline is faster without being worse."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.settings import REPOSITORY


@pytest.mark.chapter(9)
def test_the_pipeline_is_faster_than_the_librarys_own_call_and_not_worse(
    corpora: Path, tmp_path: Path
) -> None:
    output = tmp_path / "recogniser.json"
    subprocess.run(
        [
            *(sys.executable, "-m", "evaluation.bench", "--models", "tiny.en", "--repeats", "1"),
            *("--corpora", "librispeech-test-other", "--limit", "24", "--output", str(output)),
        ],
        cwd=REPOSITORY,
        env={**os.environ, "LECTERN_CORPORA": str(corpora), "LECTERN_HOME": str(tmp_path)},
        check=True,
        capture_output=True,
    )
    (row,) = json.loads(output.read_text())["rows"]
    ours, theirs = row["engines"]["lectern"], row["engines"]["faster-whisper default"]
    # Full figures are in evaluation/results; this bound is for a busy machine and few clips
    assert row["speed_ratio"] > 1.5
    assert ours["wer_percent"] <= theirs["wer_percent"] + 2
    assert ours["words_with_times"] > 0.8 * ours["words"]
    assert len(ours["errors"]) == 24
