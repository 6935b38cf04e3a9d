"""`python -m data make`: what it makes, and what it says when it cannot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from data.__main__ import app


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LECTERN_HOME", str(tmp_path))
    for name in ("LECTERN_SYNTHESIS", "LECTERN_VOICES"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["make", *words], env={"COLUMNS": "200"})
    return result.exit_code, " ".join(result.output.split())


def test_nonspeech_goes_where_corpora_are_found(home: Path) -> None:
    code, output = run("nonspeech", "--minutes", "0.5")
    assert code == 0, output
    folder = home / "corpora" / "nonspeech"
    rows = [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()]
    assert sum(row["duration_s"] for row in rows) >= 30
    assert f"{len(rows)} clips, 0.5 minutes" in output


@pytest.mark.parametrize("name", ["interview-60", "dialogues", "general-guard", "ruby-test"])
def test_without_the_synthesiser_it_says_what_to_do(home: Path, name: str) -> None:
    code, output = run(name)
    assert code == 2
    assert str(home / "synthesis" / "bin" / "python") in output
    assert "`make setup-training`" in output and "data/synthesis/README.md" in output
    assert not (home / "corpora").exists()


def test_voices_elsewhere_are_named_when_missing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LECTERN_VOICES", str(home / "nowhere"))
    assert str(home / "nowhere") in run("interview-60")[1]


def test_sentences_are_read_by_the_voices_of_their_description(home: Path) -> None:
    """A stand-in for the environment's Python writes down what it is asked for."""
    python = home / "synthesis" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(
        f'#!/bin/sh\necho "$@" > "{home}/asked"\necho "$PYTHONPATH" >> "{home}/asked"\n'
    )
    python.chmod(0o755)
    code, output = run("ruby-test")
    assert code == 0, output
    asked, path = (home / "asked").read_text().splitlines()
    assert asked.split()[:3] == [
        "-m",
        "data.synthesis.sentences",
        "data/domains/ruby/sentences/test.txt",
    ]
    assert "--split test --name ruby-test --pronounce data/domains/ruby/glossary.csv" in asked
    assert f"--cache {home}/synthesis/clips" in asked
    assert (Path(path) / "data" / "synthesis").is_dir()
    python.write_text("#!/bin/sh\nexit 3\n")
    assert run("ruby-test")[0] == 3
    assert "no length, no seed" in run("ruby-test", "--minutes", "3")[1]


def test_a_place_that_cannot_be_written_is_named(home: Path) -> None:
    (home / "corpora").write_text("a file where a folder should be")
    code, output = run("nonspeech", "--minutes", "0.1")
    assert code == 2
    assert "nonspeech could not be written" in output
    assert str(home / "corpora") in output


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("music",), "there is no 'music'; there are nonspeech, interview-60, dialogues"),
        (("nonspeech", "--hours", "1", "--minutes", "5"), "either --hours or --minutes"),
        (("nonspeech", "--minutes", "0"), "0.1"),
        (("dialogues", "--minutes", "3"), "no length, no seed"),
    ],
)
def test_a_wrong_order_is_explained(home: Path, words: tuple[str, ...], complaint: str) -> None:
    code, output = run(*words)
    assert code == 2
    assert complaint in output.replace("│ ", "").replace(" │", "")
