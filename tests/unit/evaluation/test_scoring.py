"""The figures of a run, against what can be counted by hand, and how long they take."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from evaluation.metrics.counts import counts
from evaluation.runs.format import HeardWord, Recording, Run, Utterance
from evaluation.scoring import parse_by, score
from evaluation.statistics.table import UnknownField
from tests.support.runs import made_run

SAID = "the quick brown fox jumps"


def one(name: str, reference: str, hypothesis: str, **more: object) -> Utterance:
    words = tuple(HeardWord(f" {w}", 0.0, 0.1, 0.9) for w in hypothesis.split())
    return Utterance(
        name, name, reference, hypothesis, words=words, counts=counts(reference, hypothesis),
        end_s=1.0, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def run_of(*utterances: Utterance, failed: frozenset[str] = frozenset()) -> Run:
    recordings = tuple(
        Recording(u.id, f"{u.id}.wav", "0" * 64, 1.0, error="x: y" if u.id in failed else None)
        for u in utterances
    )
    kept = tuple(replace(u, counts={}) if u.id in failed else u for u in utterances)
    return replace(made_run(speakers=2, each=1), recordings=recordings, utterances=kept)


def test_rates_are_those_counted_by_hand() -> None:
    found = score(
        run_of(
            one("a", SAID, "the quick brown fox", speaker="x"),
            one("b", SAID, "the quick red fox jumps high", speaker="y"),
        )
    )
    assert found["wer"]["english"]["value"] == pytest.approx(3 / 10)
    assert found["errors"] == {"substitutions": 1, "deletions": 1, "insertions": 1}
    assert found["words"] == 10
    assert found["speakers"] == 2
    assert found["calibration"]["right"] == 8
    assert found["calibration"]["words"] == 10


def test_what_failed_is_neither_right_nor_averaged_away() -> None:
    run = run_of(one("a", SAID, SAID), one("b", SAID, SAID), failed=frozenset({"b"}))
    found = score(run)
    assert found["failed"] == 1
    assert found["failures"] == [{"id": "b", "error": "x: y"}]
    assert found["wer"]["english"]["value"] == 0
    assert found["wer_failed_as_missed"] == pytest.approx(0.5)


@pytest.mark.chapter(7)
def test_a_flag_of_the_guard_means_a_human_pass() -> None:
    found = score(run_of(one("a", SAID, SAID), one("b", SAID, SAID, flags=("low_confidence",))))
    assert found["delivered"]["share"] == 0.5


def test_words_where_nothing_was_said_are_no_part_of_the_word_error_rate() -> None:
    found = score(run_of(one("a", SAID, SAID), one("b", "", "Thank you.")))
    assert found["wer"]["english"]["value"] == 0
    assert found["mer"] == 0
    assert found["errors"]["insertions"] == 0
    assert found["utterances"] == 1
    assert found["nonspeech"]["words"] == 2
    assert found["nonspeech"]["share_with_words"]["value"] == 1


def test_terms_of_the_field_are_counted_apart() -> None:
    run = run_of(
        one("a", "the Gini index", "the genie index"),
        one("b", "the Gini index and cash-plus", "the Gini index and cash plus"),
        one("c", "nothing", "nothing Gini"),
    )
    assert score(run)["glossary"] is None
    found = score(replace(run, glossary=("Gini", "cash-plus", "Atkinson")))["glossary"]
    assert (found["said"], found["heard"], found["false_insertions"]) == (3, 3, 1)
    assert found["recall"] == pytest.approx(2 / 3)
    assert found["never_said"] == ["Atkinson"]
    assert found["by_term"]["Gini"] == {"said": 2, "hits": 1, "false_insertions": 1}


def test_a_run_in_which_everything_failed_has_no_rate() -> None:
    found = score(run_of(one("a", SAID, SAID), failed=frozenset({"a"})))
    assert found["wer"]["english"] is None
    assert found["wer_failed_as_missed"] == 1
    assert found["groups"] == []


@pytest.mark.chapter(26)
def test_groups_are_the_usual_ones_or_those_asked_for() -> None:
    run = made_run(speakers=40, each=20, worse={"child": 3.0})
    groups = {tuple(group["by"]): group for group in score(run)["groups"]}
    assert {("gender",), ("age_group",), ("gender", "age_group")} <= set(groups)
    assert groups["age_group",]["worst"] == ["child"]
    assert groups["age_group",]["p_adjusted"] < 0.05
    asked = score(run, parse_by(["gender", "gender, age_group"]))["groups"]
    assert [group["by"] for group in asked] == [["gender"], ["gender", "age_group"]]
    with pytest.raises(UnknownField, match=r"shoes.*gender"):
        score(run, [["shoes"]])


def test_ten_thousand_utterances_in_seconds() -> None:
    run = made_run(speakers=400, each=25)
    assert len(run.utterances) == 10_000
    began = time.process_time()
    score(run)
    assert time.process_time() - began < 10, "3 s on an idle core of our machine"
