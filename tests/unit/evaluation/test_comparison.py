"""Two runs compared: planted differences are found, noise is not, and what is left out is said."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evaluation.__main__ import app
from evaluation.comparison import Incomparable, compare, save
from evaluation.runs.format import save as save_run
from tests.support.runs import made_run


@pytest.mark.chapter(15)
def test_a_better_model_is_found_overall_and_in_its_groups() -> None:
    found = compare(made_run(rate=0.06, noise_seed=1), made_run(model="tiny.en", rate=0.12))
    assert found.difference.high is not None
    assert found.difference.high < 0
    assert found.a_better > 0.99
    assert found.mapsswe is not None
    assert found.mapsswe["z"] < -3
    assert found.mapsswe["p"] < 0.01
    assert found.difference.value == pytest.approx(found.wer_a - found.wer_b)
    gender = [cell for cell in found.by_group if cell.by == ("gender",)]
    assert [cell.values for cell in gender] == [("female",), ("male",)]
    assert all(cell.enough and cell.difference and cell.difference.value < 0 for cell in gender)


def test_two_hearings_of_one_model_do_not_differ() -> None:
    crossed = 0
    for seed in range(10):
        a, b = (made_run(each=3, noise_seed=2 * seed + side) for side in (0, 1))
        difference = compare(a, b, by=()).difference
        assert difference.low is not None
        assert difference.high is not None
        crossed += difference.low <= 0 <= difference.high
    assert crossed >= 8


def test_a_run_does_not_differ_from_itself() -> None:
    found = compare(made_run(), made_run())
    assert found.difference.value == 0
    assert found.a_better == 0.5
    assert found.utterances_changed == ()


def test_the_largest_changes_come_first_and_say_who_heard_what() -> None:
    a, b = made_run(rate=0.05, noise_seed=1), made_run(rate=0.3)
    found = compare(a, b)
    changes = [abs(each.errors_a - each.errors_b) for each in found.utterances_changed]
    assert changes == sorted(changes, reverse=True)
    first = found.utterances_changed[0]
    texts = {each.id: each.hypothesis for each in b.utterances}
    assert first.b == texts[first.id]
    assert len(found.utterances_changed) <= 50


def test_what_only_one_has_is_left_out_and_counted() -> None:
    a, b = made_run(nonspeech=3), made_run(rate=0.2)
    shorter = replace(b, utterances=b.utterances[10:])
    other = replace(shorter.utterances[0], reference="something else was said")
    mixed = replace(shorter, utterances=(other, *shorter.utterances[1:]))
    found = compare(a, mixed)
    assert found.left_out == {f"only in {a.name}": 13, "the references differ": 1}
    assert found.utterances == len(b.utterances) - 11


def test_failing_on_a_recording_does_not_pay() -> None:
    honest, failing = made_run(rate=0.1), made_run(rate=0.1, failed=20)
    found = compare(failing, honest)
    assert found.failed == {"a": 20, "b": 0}
    assert found.utterances == len(honest.utterances)
    assert found.difference.value > 0.05


def test_small_groups_have_no_number() -> None:
    few = compare(made_run(speakers=6), made_run(speakers=6, rate=0.2))
    cells = [cell for cell in few.by_group if cell.by == ("age_group",)]
    assert cells
    assert not any(cell.enough or cell.difference or cell.a_better for cell in cells)


def test_crossings_and_unknown_fields() -> None:
    a, b = made_run(speakers=60), made_run(speakers=60, rate=0.2)
    found = compare(a, b, by=[("gender", "age_group")])
    assert ("female", "child") in [cell.values for cell in found.by_group]
    with pytest.raises(Incomparable, match="shoe_size"):
        compare(a, b, by=[("shoe_size",)])


def test_other_corpora_and_empty_pairs_are_refused() -> None:
    with pytest.raises(Incomparable, match="of the corpus readers"):
        compare(made_run(), made_run(corpus="singers"))
    with pytest.raises(Incomparable, match="share no utterance"):
        compare(made_run(), replace(made_run(), utterances=()))


def test_conditions_and_modes_can_be_compared() -> None:
    noisy = made_run(condition="noise-5", rate=0.3, noise_seed=2)
    found = compare(noisy, made_run(mode="sequential"), by=())
    assert found.difference.low is not None
    assert found.difference.low > 0


def test_the_file_has_the_form_the_page_reads(tmp_path: Path) -> None:
    path = save(compare(made_run(), made_run(model="tiny.en", rate=0.2)), tmp_path)
    assert path.name == "readers--whisper-base--served--vs--readers--tiny.en--served.json"
    document = json.loads(path.read_text())
    assert {"a", "b", "corpus", "utterances", "difference", "a_better", "mapsswe"} <= set(document)
    assert set(document["difference"]) == {"value", "low", "high", "blocks"}
    assert set(document["utterances_changed"][0]) == {
        "id",
        "a",
        "b",
        "reference",
        "errors_a",
        "errors_b",
    }
    assert list(tmp_path.iterdir()) == [path]


def test_the_command_prints_and_refuses(tmp_path: Path) -> None:
    for run in (made_run(), made_run(model="tiny.en", rate=0.2), made_run(corpus="singers")):
        save_run(run, tmp_path / f"{run.name}.json")
    one, other, third = (str(path) for path in sorted(tmp_path.glob("*.json")))
    shown = CliRunner().invoke(app, ["compare", other, one, "-o", str(tmp_path / "out")])
    assert shown.exit_code == 0, shown.output
    assert "readers--whisper-base--served is better" in shown.output
    assert "insufficient data" not in shown.output.split("Utterances that changed")[1]
    as_json = CliRunner().invoke(app, ["compare", other, one, "-o", str(tmp_path), "--json"])
    assert json.loads(as_json.output)["corpus"] == "readers"
    refused = CliRunner().invoke(app, ["compare", one, third])
    assert refused.exit_code == 2
    assert "of the corpus" in refused.output
    unknown = CliRunner().invoke(app, ["compare", one, "nobody--made--this"])
    assert unknown.exit_code == 2
    assert "no run nobody--made--this" in unknown.output
