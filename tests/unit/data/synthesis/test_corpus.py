"""Mistakes are reported before any speech is made, and nothing of the corpus is touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.synthesis.corpus import main

SCRIPT = "turns: [{speaker: A, voice: af_heart, text: Hello.}]"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("LECTERN_VOICES", raising=False)
    (tmp_path / "scripts").mkdir()
    (tmp_path / "manifest.jsonl").write_text("as it was\n")
    return tmp_path


@pytest.mark.parametrize(
    ("scripts", "options", "complaint"),
    [
        ({"a": SCRIPT}, [], "say where the voices are"),
        ({}, ["--voices", "."], "there is no script in"),
        ({"a": SCRIPT, "b": "turns: [{text: Hello.}]"}, ["--voices", "."], "b, turn 1: 'speaker'"),
        ({"a": SCRIPT.replace("af_heart", "af_nobody")}, ["--voices", "."], "has no sum in"),
        ({"a": SCRIPT}, ["--voices", "."], "no readable af_heart.bin"),
    ],
)
def test_a_mistake_is_told_and_nothing_is_lost(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    scripts: dict[str, str],
    options: list[str],
    complaint: str,
) -> None:
    for name, text in scripts.items():
        (folder / "scripts" / f"{name}.yaml").write_text(text)
    assert main([str(folder), *options]) == 2
    assert complaint in capsys.readouterr().err
    assert (folder / "manifest.jsonl").read_text() == "as it was\n"
    assert not list(folder.rglob("*.opus"))
