"""`python -m evaluation behaviour`, up to the recogniser: what it says when it cannot be run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evaluation.__main__ import app
from evaluation.behaviour.types import Engine, Heard
from evaluation.commands import behaviour


def invoke(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["behaviour", "--model", *arguments])
    return done.exit_code, done.output


def test_an_unknown_corpus_check_or_model_is_told(no_noise: None, tmp_path: Path) -> None:
    code, said = invoke("tiny.en", "--corpus", "nowhere")
    assert (code, "nowhere" in said) == (2, True)
    code, said = invoke("tiny.en", "--only", "invariance/colour")
    assert (code, "No check is named invariance/colour" in said) == (2, True)
    assert "invariance/wav" in said
    code, said = invoke("no-such-model", "--corpus", "functionality")
    assert (code, "no-such-model" in said) == (2, True)
    code, said = invoke(
        "tiny.en", "--corpus", "functionality", "--tolerances", str(tmp_path / "limits.toml")
    )
    assert (code, "limits.toml cannot be read" in said) == (2, True)


@pytest.mark.parametrize(("text", "expected"), [("always the same", 0), ("", 1)])
def test_results_are_written_and_the_exit_code_is_the_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, expected: int
) -> None:
    def planted(model: str) -> Engine:
        def hear(files: Sequence[bytes]) -> list[Heard]:
            return [Heard(text or f"{len(data)} bytes") for data in files]

        return hear

    monkeypatch.setattr(behaviour, "pipeline", planted)
    out = tmp_path / "results.json"
    code, said = invoke(
        "tiny.en",
        *("--corpus", "functionality", "--clips", "3", "--only", "invariance/wav"),
        *("--out", str(out)),
    )
    assert code == expected, said
    stored = json.loads(out.read_text())
    assert len(stored["clips"]) == stored["speakers"] == 3
    assert [row["check"] for row in stored["results"]] == ["invariance/wav"]
    assert len(stored["results"][0]["cases"]) == 3 * expected
    assert stored["model_sha256"]
