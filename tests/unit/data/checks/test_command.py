"""`python -m data check`: what it prints and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from data.__main__ import app
from data.checks.run import RULES
from tests.unit.data.checks.small import Small

ROOT = Path(__file__).parents[4]


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["check", *arguments], env={"COLUMNS": "100"})


def test_a_clean_corpus_is_quiet(small: Small) -> None:
    small.save()
    runs = [str(path) for path in small.hear()]
    done = run(str(small.folder), "--heard", *runs)
    assert done.exit_code == 0, done.output
    assert "Nothing was found." in done.stdout
    assert "was not run" not in done.stdout


@pytest.mark.chapter(16)
def test_an_error_ends_it_with_one_and_a_warning_does_not(small: Small) -> None:
    small.rows[0]["text"] += " "
    small.save()
    done = run(str(small.folder), "--json")
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    assert [each["rule"] for each in found["findings"]] == ["white-space"]
    assert found["findings"][0]["severity"] == "warning"
    assert found["findings"][0]["clips"] == [small.rows[0]["id"]]
    assert found["not_run"].keys() == {"label"}

    small.rows[1]["text"] = ""
    small.save()
    done = run(str(small.folder))
    assert done.exit_code == 1
    assert "1 error, 1 warning, 0 notes" in done.stdout
    assert small.rows[1]["id"] in done.stdout
    assert "label was not run" in done.stdout
    assert "python -m evaluation run" in done.stdout


@pytest.mark.chapter(16)
def test_what_training_knows_and_the_test_asks_is_an_error(small: Small) -> None:
    trained = small.of("train")[0]
    small.rows.append({**trained, "id": "leak", "split": "test", "speaker": "somebody else"})
    small.save()
    done = run(str(small.folder), "--json", "--rules", "same-file,near-copy,text-in-both")
    assert done.exit_code == 1
    found = {each["rule"]: each for each in json.loads(done.stdout)["findings"]}
    assert found["same-file"]["severity"] == "error"
    assert set(found["same-file"]["clips"]) == {trained["id"], "leak"}
    assert found["text-in-both"]["clips"] == ["leak"]
    assert "near-copy" not in found


def test_rules_can_be_chosen(small: Small) -> None:
    small.rows[0].update(text="", gender="none")
    small.save()
    done = run(str(small.folder), "--json", "--rules", "schema", "--rules", "alphabet, markup")
    assert json.loads(done.stdout)["rules"] == ["schema", "alphabet", "markup"]
    assert done.exit_code == 1
    assert run(str(small.folder), "--rules", "alphabet").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nowhere"], "There is no corpus 'nowhere'"),
        ([""], "Name a corpus"),
        (["{folder}", "--rules", "spelling"], "There is no rule 'spelling'"),
        (["{folder}", "--heard", "a.json", "b.json"], "a.json is not a results file"),
    ],
)
def test_what_cannot_be_checked_ends_it_with_two(
    small: Small, arguments: list[str], reason: str
) -> None:
    small.save()
    done = run(*(each.format(folder=small.folder) for each in arguments))
    assert done.exit_code == 2
    assert reason in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("content", ["", "\n\n", "[]\n{\n", "\udcff\udcfe"])
def test_a_manifest_without_clips_cannot_be_checked(tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.jsonl").write_text(content, encoding="utf-8", errors="surrogateescape")
    done = run(str(tmp_path))
    assert done.exit_code == 2
    assert "has no clips in it" in done.stderr


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"id": 7, "audio": None, "text": 3, "duration_s": [], "split": {}, "speaker": 1},
        {"id": "a", "audio": ".", "text": "yes", "duration_s": float("inf"), "age": -1},
        {"id": "a", "audio": "\x00", "text": "yes", "age": "٣", "age_group": "child"},
    ],
    ids=["nothing", "wrong types", "odd values", "odd characters"],
)
def test_no_manifest_makes_it_fall_over(tmp_path: Path, row: dict[str, Any]) -> None:
    (tmp_path / "manifest.jsonl").write_text(json.dumps(row) + "\n")
    done = run(str(tmp_path), "--json")
    assert done.exit_code == 1, done.output
    assert "schema" in {each["rule"] for each in json.loads(done.stdout)["findings"]}


def test_the_rules_are_listed_with_their_reasons() -> None:
    done = run("--list")
    assert done.exit_code == 0
    text = " ".join(done.stdout.split())
    for each in RULES.values():
        assert f"{each.name} {each.severity}" in text
        assert each.why in text


def test_it_is_a_command_of_its_own(small: Small) -> None:
    small.save()
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "data", "check", str(small.folder), "--json"],
        cwd=ROOT,
        env={**os.environ, "TERM": "dumb"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["clips"] == len(small.rows)
