"""The bench of adaptation: its field is a customer's, and its result says what it cost."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from app.settings import Settings
from data.domains import checks
from data.domains.folder import find, read, shipped
from evaluation.bench import adaptation
from evaluation.bench.adaptation import NotMade, measure, order
from tests.support.versions import judged
from worker.adaptation import customers

SCRIPT = """
import json, time
time.sleep(0.2)
for stage in ("test", "speech", "train"):
    print(json.dumps({"stage": stage, "state": "done", "seconds": 2.0}))
print(LAST)
"""


def test_its_field_is_a_hundred_terms_that_no_shipped_domain_has(tmp_path: Path) -> None:
    given = order("whisper-base", 100)
    terms = {term for term, _ in given.terms}
    assert len(terms) == 100
    assert sum(bool(said) for _, said in given.terms) >= 5
    for name in shipped():
        assert not terms & {term.term for term in find(name).terms}
    written = customers.write(given, Settings(home=tmp_path))
    assert checks.errors(checks.check(read(written.folder))) == []
    assert len(written.plan.trained) == 90


@pytest.mark.chapter(11)
def test_the_result_has_what_it_took_and_what_the_gate_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = judged("glaciology", passed=False)
    (tmp_path / "version.json").write_text(record.text())
    last = json.dumps({"state": "made", "folder": str(tmp_path)})
    command = [sys.executable, "-c", SCRIPT.replace("LAST", repr(last))]
    monkeypatch.setattr(customers, "command", lambda folder, settings: command)
    result = measure(tmp_path / "home", "whisper-base", 10)
    assert result["plan"]["trained"] == 10
    assert [(each["stage"], each["seconds"]) for each in result["stages"]] == [
        ("test", 2.0),
        ("speech", 2.0),
        ("train", 2.0),
    ]
    assert result["gate"]["passed"] is False and result["metrics"]
    assert result["expected_seconds"] > 60 > result["seconds"] > 0
    assert json.dumps(result)


def test_what_cannot_be_made_writes_no_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    last = json.dumps({"state": "failed", "message": "Training is not set up here."})
    command = [sys.executable, "-c", SCRIPT.replace("LAST", repr(last))]
    monkeypatch.setattr(customers, "command", lambda folder, settings: command)
    with pytest.raises(NotMade, match="not set up"):
        measure(tmp_path, "tiny.en", 10)
    output = tmp_path / "result.json"
    assert adaptation.main(["--terms", "10", "--output", str(output)]) == 2
    assert "Not made: Training is not set up" in capsys.readouterr().out
    assert not output.exists()
