"""A planted regression is stopped, noise is not, and nothing missing is taken for good."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from evaluation.__main__ import app
from evaluation.gates.judging import Status, exit_code, judge
from evaluation.gates.markdown import escaped, markdown
from evaluation.gates.thresholds import BadThresholds, Threshold, load
from evaluation.runs.format import Run, save
from evaluation.wer import Errors
from tests.support.runs import made_run

REVIEWED: dict[str, Any] = {"owner": "speech", "date": "2026-11-24", "reason": "Because."}


def asked(**values: Any) -> Threshold:
    return Threshold(**{"name": "words", "corpus": "readers", **REVIEWED, **values})


def verdict(run: Run, *baselines: Run, **values: Any) -> tuple[Status, int]:
    found = judge([asked(**values)], [run], baselines, all_required=False)
    return found[0].status, exit_code(found)


def test_absolute_bounds_open_and_close_the_gate() -> None:
    run = made_run(rate=0.1)
    assert verdict(run, max=0.3) == (Status.MET, 0)
    assert verdict(run, max=0.01) == (Status.BROKEN, 1)
    assert verdict(run, metric="speed.rtfx", min=20) == (Status.MET, 0)
    assert verdict(run, metric="speed.rtfx", min=200) == (Status.BROKEN, 1)


def test_a_bound_can_be_held_against_the_end_of_the_interval() -> None:
    run = made_run(rate=0.1)
    middle = judge([asked(max=1)], [run], (), all_required=False)[0].measured
    value = float(middle.split()[0]) / 100 + 0.001
    assert verdict(run, max=value) == (Status.MET, 0)
    assert verdict(run, max=value, on="high") == (Status.BROKEN, 1)


@pytest.mark.chapter(17)
def test_a_planted_regression_is_stopped() -> None:
    before, after = made_run(rate=0.1), made_run(rate=0.16, noise_seed=1)
    assert verdict(after, before, worse_by=0.01) == (Status.BROKEN, 1)
    assert verdict(before, after, worse_by=0.0) == (Status.MET, 0)


@pytest.mark.chapter(17)
def test_a_regression_of_one_group_is_stopped_though_the_mean_hides_it() -> None:
    before = made_run(rate=0.08, speakers=48)
    after = made_run(rate=0.08, speakers=48, worse={"child": 2.2})
    group = {"age_group": "child"}
    assert verdict(after, before, worse_by=0.1) == (Status.MET, 0)
    assert verdict(after, before, worse_by=0.02, group=group) == (Status.BROKEN, 1)
    assert verdict(before, before, worse_by=0.02, group=group) == (Status.MET, 0)


def test_noise_is_not_stopped() -> None:
    before = made_run(rate=0.1, each=3)
    again = [made_run(rate=0.1, each=3, noise_seed=seed) for seed in range(1, 13)]
    stopped = [verdict(run, before, worse_by=0.0)[1] for run in again]
    assert sum(stopped) <= 2


def test_proven_safety_asks_for_more_than_no_proven_harm() -> None:
    before, again = made_run(rate=0.1), made_run(rate=0.1, noise_seed=5)
    wanted = {"worse_by": 0.001, "demand": "proven safety"}
    assert verdict(again, before, worse_by=0.001)[1] == 0
    assert verdict(again, before, **wanted) == (Status.BROKEN, 1)
    assert verdict(before, before, **wanted) == (Status.MET, 0)


def test_failed_recordings_count_against_the_run() -> None:
    run = made_run(rate=0.05, failed=60)
    assert verdict(made_run(rate=0.05), max=0.2) == (Status.MET, 0)
    assert verdict(run, max=0.2) == (Status.BROKEN, 1)
    assert verdict(run, metric="failed", max=0) == (Status.BROKEN, 1)
    assert verdict(run, made_run(rate=0.05), worse_by=0.05) == (Status.BROKEN, 1)


def test_figures_are_computed_again_and_not_believed() -> None:
    lying = replace(made_run(rate=0.3), summary={"wer": {"english": {"value": 0.0}}, "failed": 0})
    assert verdict(lying, max=0.1) == (Status.BROKEN, 1)


def test_counts_of_another_normaliser_are_made_again() -> None:
    run = made_run(rate=0.3)
    nothing = [
        replace(each, counts={form: Errors(n.words, 0, 0, 0) for form, n in each.counts.items()})
        for each in run.utterances
    ]
    old = replace(run, utterances=tuple(nothing), versions={"normaliser": "an older one"})
    assert verdict(old, max=0.1) == (Status.BROKEN, 1)


def test_what_is_missing_does_not_pass() -> None:
    run = made_run(speakers=6)
    child = {"age_group": "child"}
    for values in (
        {"metric": "wer.klingon", "max": 1},
        {"group": child, "max": 1},
        {"group": {"age_group": "senior"}, "max": 1},
        {"group": {"shoe_size": "41"}, "max": 1},
        {"worse_by": 1, "against": "nobody--made--this"},
        {"metric": "nonspeech.words_a_minute", "max": 100, "on": "high"},
    ):
        assert verdict(run, **values) == (Status.MISSING, 2), values
        excused = judge([asked(**values, missing="passes")], [run], (), all_required=False)
        assert excused[0].status == Status.EXCUSED
    assert verdict(run, made_run(corpus="readers", mode="sequential"), worse_by=1)[1] == 2


def test_a_relative_bound_without_a_baseline_is_not_asked() -> None:
    both = [asked(max=1), asked(name="relative", worse_by=0.01)]
    found = judge(both, [made_run()], (), all_required=False)
    assert [each.status for each in found] == [Status.MET, Status.NOT_ASKED]
    assert exit_code(found) == 0
    assert exit_code(found[1:]) == 2


def test_a_run_that_is_required_must_be_there() -> None:
    wanted = [asked(max=1), asked(name="other", corpus="singers", max=1)]
    found = judge(wanted, [made_run()], (), all_required=True)
    assert [each.status for each in found] == [Status.MET, Status.MISSING]
    assert exit_code(found) == 2


def test_the_baseline_of_a_mode_is_found_by_name() -> None:
    one, other = made_run(mode="sequential"), made_run(mode="served", rate=0.25, noise_seed=1)
    same = asked(mode="served", worse_by=0.01, against="{corpus}--{model}--sequential")
    assert judge([same], [one, other], (), all_required=True)[0].status == Status.BROKEN
    equal = replace(one, mode="served")
    assert judge([same], [one, equal], (), all_required=True)[0].status == Status.MET


Writer = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path) -> Writer:
    def write(**values: Any) -> Path:
        row = {"name": "words", "corpus": "readers", **REVIEWED, **values}
        lines = [f"{key} = {json.dumps(value)}" for key, value in row.items() if key != "date"]
        path = tmp_path / "thresholds.toml"
        path.write_text("\n".join(["[[threshold]]", *lines, f"date = {row['date']}"]))
        return path

    return write


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"max": 0.1, "worse_by": 0.1}, "either max and min, or worse_by"),
        ({}, "either max and min, or worse_by"),
        ({"max": 0.1, "reason": "  "}, "owner and reason"),
        ({"max": 0.1, "metrik": "wer"}, "metrik"),
        ({"max": 0.1, "metric": "cer", "group": {}}, None),
        ({"worse_by": -1}, "greater than or equal to 0"),
    ],
)
def test_thresholds_that_say_nothing_clear_are_refused(
    written: Writer, values: dict[str, Any], said: str | None
) -> None:
    values = {key: value for key, value in values.items() if value != {}}
    path = written(**values)
    if said is None:
        assert load(path)[0].max == 0.1
    else:
        with pytest.raises(BadThresholds, match=said):
            load(path)


def test_an_empty_or_broken_file_is_no_open_gate(tmp_path: Path) -> None:
    path = tmp_path / "none.toml"
    with pytest.raises(BadThresholds, match="cannot be read"):
        load(path)
    path.write_text("threshold = []")
    with pytest.raises(BadThresholds, match="every run would pass"):
        load(path)
    path.write_text("[[threshold")
    with pytest.raises(BadThresholds, match="cannot be read"):
        load(path)


def test_the_command_exits_by_the_verdict_and_writes_the_summary(
    tmp_path: Path, written: Writer
) -> None:
    run, before = made_run(rate=0.1), made_run(mode="sequential", rate=0.1, noise_seed=1)
    for each in (run, before):
        save(each, tmp_path / f"{each.name}.json")
    path = str(tmp_path / f"{run.name}.json")
    summary = tmp_path / "summary.md"

    def gate(*arguments: str, **values: Any) -> int:
        thresholds = str(written(**values))
        options = ["--thresholds", thresholds, "--summary", str(summary), *arguments]
        return CliRunner().invoke(app, ["gate", path, *options]).exit_code

    assert gate(max=0.3) == 0
    assert gate(max=0.01) == 1
    assert gate(max=0.3, metric="nonspeech.words", group={}) == 2
    assert gate(max=0.3, corpus="singers") == 2
    assert gate("--against", path, worse_by=0.0) == 0
    assert CliRunner().invoke(app, ["gate", str(tmp_path / "none.json")]).exit_code == 2
    text = summary.read_text()
    assert text.count("## Quality gate") == 4
    assert "| **not met** |" in text
    assert "(speech, 2026-11-24): Because." in text


def test_names_of_others_stay_text_in_the_summary() -> None:
    hostile = "<img src=x onerror=alert(1)>|[a](http://b)\n# boo"
    said = escaped(hostile)
    assert "<" not in said
    assert "\n" not in said
    assert "\\|" in said
    named = replace(made_run(), name=hostile)
    rows = markdown(judge([asked(max=1)], [named], (), all_required=False)).splitlines()
    assert not any("<img" in row for row in rows)
    assert sum(row.startswith("| ") for row in rows) == 2
