"""The gate of adapters: each harm breaks its own limit, a proven gain without harm passes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.adapters import gate, judging
from evaluation.adapters.gate import BROKEN, MET, MISSING, BadLimits, Figure, Verdict
from evaluation.adapters.judging import Heard, Runs
from evaluation.adapters.speed import Speed
from evaluation.adapters.systems import ADAPTER, ALL, GLOSSARY, PARENT
from evaluation.metrics.counts import counts
from evaluation.runs.format import HeardWord, Run
from tests.support.runs import made_run

AS_FAST = Speed(30.0, 30.0, 1.0)


def field(rate: float) -> Run:
    return made_run("field", speakers=20, each=4, rate=rate)


def general(corpus: str, rate: float) -> Run:
    return made_run(corpus, speakers=20, each=4, rate=rate, seed=2)


def silent(words: int) -> Run:
    """Twelve clips of thirty seconds in which nobody speaks, with words in some."""
    run = made_run("noise", speakers=2, each=1, nonspeech=12)
    texts = ["Thank you." if n < words else "" for n in range(12)]
    told = [
        replace(each, hypothesis=text, counts=counts("", text))
        for each, text in zip(run.utterances[-12:], texts, strict=True)
    ]
    return replace(run, recordings=run.recordings[-12:], utterances=tuple(told))


def both(parent: Run, adapter: Run) -> Runs:
    return {PARENT: parent, ADAPTER: adapter, GLOSSARY: parent, ALL: adapter}


def heard() -> Heard:
    """An adapter with half of its parent's errors in the field, and no harm."""
    people, voices = general("librispeech-test-other", 0.1), general("general-guard", 0.05)
    return Heard(
        target=both(field(0.3), field(0.15)),
        guard=(both(people, people), both(voices, voices)),
        silent=both(silent(2), silent(2)),
        recorded=True,
        trained=("systems",),
        unseen=(),
    )


def verdicts(told: Heard, speed: Speed | None = AS_FAST) -> dict[str, Verdict]:
    figures, not_asked = judging._figures(told, speed)
    # What these runs cannot show: no word of theirs has a true time
    figures.pop("word_times")
    limits = {name: limit for name, limit in gate.load().items() if name != "word_times"}
    return {each.name: each for each in gate.judge(limits, figures, not_asked)}


@pytest.mark.chapter(17)
def test_a_proven_gain_without_harm_passes() -> None:
    found = verdicts(heard())
    assert {name for name, each in found.items() if each.status != MET} == set()
    assert gate.passed(list(found.values()))


def worse_general(told: Heard) -> Heard:
    people = both(general("librispeech-test-other", 0.1), general("librispeech-test-other", 0.13))
    return replace(told, guard=(people, told.guard[1]))


def talks_in_silence(told: Heard) -> Heard:
    return replace(told, silent=both(silent(1), silent(12)))


def invents(told: Heard) -> Heard:
    """Says a term of the field in sentences of everybody."""
    run = told.guard[0][ADAPTER]
    said = [
        replace(each, hypothesis=text, counts=counts(each.reference, text))
        for each in run.utterances
        for text in [f"{each.hypothesis} systems"]
    ]
    spoiled = replace(run, utterances=tuple(said))
    return replace(told, guard=(both(told.guard[0][PARENT], spoiled), told.guard[1]))


def doubts_everything(told: Heard) -> Heard:
    """Every word with the same low probability, the right ones too."""
    run = told.guard[0][ADAPTER]
    doubted = [
        replace(
            each,
            words=tuple(HeardWord(w.word, w.start_s, w.end_s, 0.3) for w in each.words),
        )
        for each in run.utterances
    ]
    unsure = replace(run, utterances=tuple(doubted))
    return replace(told, guard=(both(told.guard[0][PARENT], unsure), told.guard[1]))


def women_worse(told: Heard) -> Heard:
    mine = made_run("field", speakers=20, each=4, rate=0.1, worse={"female": 5.0})
    return replace(told, target=both(told.target[PARENT], mine))


HARMS: list[tuple[str, Callable[[Heard], Heard]]] = [
    ("guard_wer", worse_general),
    ("nonspeech", talks_in_silence),
    ("invented_terms", invents),
    ("calibration", doubts_everything),
    ("gender_worse", women_worse),
]


@pytest.mark.chapter(17)
@pytest.mark.parametrize(("limit", "harm"), HARMS)
def test_each_harm_breaks_its_limit(limit: str, harm: Callable[[Heard], Heard]) -> None:
    found = verdicts(harm(heard()))
    assert found[limit].status == BROKEN, found[limit]
    assert not gate.passed(list(found.values()))


@pytest.mark.chapter(17)
def test_a_slower_model_does_not_pass() -> None:
    assert verdicts(heard(), Speed(30.0, 27.0, 0.9))["speed"].status == BROKEN


@pytest.mark.chapter(15)
def test_a_gain_that_is_not_proven_is_none() -> None:
    told = heard()
    same = replace(told, target=both(field(0.2), field(0.2)))
    assert verdicts(same)["target_better"].status == BROKEN, "nothing was gained"
    worse = replace(told, target=both(field(0.2), field(0.21)))
    assert verdicts(worse)["target_better"].status == BROKEN


@pytest.mark.chapter(15)
def test_an_easy_corpus_does_not_thin_out_the_damage_on_a_hard_one() -> None:
    told = worse_general(heard())
    easy = general("general-guard", 0.0)
    many = tuple(both(easy, easy) for _ in range(8))
    alone = verdicts(told)["guard_wer"].measured
    assert verdicts(replace(told, guard=(told.guard[0], *many)))["guard_wer"].measured == alone


@pytest.mark.chapter(17)
def test_what_was_not_measured_is_not_passed() -> None:
    told = replace(heard(), silent=None)
    found = verdicts(told)
    assert found["nonspeech"].status == MISSING
    assert "python -m data make nonspeech" in found["nonspeech"].note
    assert not gate.passed(list(found.values()))
    assert verdicts(heard(), None)["speed"].status == MISSING
    assert not gate.passed([]), "no verdict is no permission"


def test_terms_never_trained_are_held_against_the_glossary_alone() -> None:
    told = replace(heard(), recorded=False, unseen=("requirements", "testing", "models"))
    assert verdicts(told)["unseen_terms"].status == MET
    swapped = replace(told, target={**told.target, ALL: field(0.6), GLOSSARY: field(0.0)})
    assert verdicts(swapped)["unseen_terms"].status == BROKEN
    assert "unseen_terms" not in verdicts(heard()), "nothing is held out there"


def test_limits_have_one_side_and_a_reason(tmp_path: Path) -> None:
    for name, limit in gate.load().items():
        assert len(limit.reason) > 40, name
    path = tmp_path / "limits.toml"
    for text in ("[a]\nreason = 'x'", "[a]\nmin = 0\nmax = 1\nreason = 'x'", "[a]\nmax = 1"):
        path.write_text(text)
        with pytest.raises(BadLimits):
            gate.load(path)
    with pytest.raises(BadLimits, match="no limit for beauty"):
        gate.judge(gate.load(), {"beauty": Figure(1.0, "1")}, {})
