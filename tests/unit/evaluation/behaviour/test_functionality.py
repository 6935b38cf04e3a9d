"""The sentences are there, make sense to the checks, and a planted deafness is found."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence

import pytest
import yaml

from evaluation.behaviour.functionality import FOLDER, TITLES, Sentence, functionality, sentences
from evaluation.behaviour.types import BehaviourError, Engine, Heard, Observed
from evaluation.conditions.media import write

ALL = sentences()
CHECKS = {check.name.removeprefix("functionality/"): check for check in functionality()}


def reader(change: Callable[[str], str] = str) -> Engine:
    """Knows every sentence by its sound and reads its text with a change."""
    known = {hashlib.sha256(write(each.speech.samples)).digest(): each for each in ALL}

    def engine(files: Sequence[bytes]) -> list[Heard]:
        return [Heard(change(known[hashlib.sha256(each).digest()].speech.text)) for each in files]

    return engine


def observed(kind: str, change: Callable[[str], str] = str) -> Observed:
    return CHECKS[kind].observe(reader(change), [])


def test_there_is_enough_of_each_kind_in_several_voices() -> None:
    kinds = Counter(each.kind for each in ALL)
    assert len(ALL) >= 60
    assert set(kinds) == set(TITLES)
    assert min(kinds.values()) >= 10
    for kind in kinds:
        assert len({each.speech.speaker for each in ALL if each.kind == kind}) == 8
    assert all(1 < len(each.speech.samples) / 16_000 < 8 for each in ALL)


def test_the_manifest_is_that_of_the_sentences_and_the_audio() -> None:
    document = yaml.safe_load((FOLDER / "sentences.yaml").read_text())
    wanted = [
        (entry["say"], entry["contain"], entry.get("not", []))
        for entries in document["kinds"].values()
        for entry in entries
    ]
    rows = [json.loads(line) for line in (FOLDER / "manifest.jsonl").read_text().splitlines()]
    assert [(r["text"], r["must_contain"], r["must_not_contain"]) for r in rows] == wanted
    for row in rows:
        assert hashlib.sha256((FOLDER / row["audio"]).read_bytes()).hexdigest() == row["sha256"]


@pytest.mark.parametrize("kind", TITLES)
def test_whoever_hears_what_was_said_understands_it(kind: str) -> None:
    found = observed(kind)
    assert found.figures == {"misunderstood": 0}, found.cases


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("numbers", lambda text: text.replace("teen", "ty").replace("sixty", "sixteen")),
        ("negation", lambda text: text.replace(" not", "").replace("n't", "").replace("No", "So")),
        ("homophones", lambda text: text.replace("h", "").replace("wr", "r")),
        ("letters", lambda text: text.replace("M", "N").replace("B", "P")),
        ("names", lambda text: text.lower().replace("th", "s").replace("ch", "g")),
    ],
)
def test_a_planted_deafness_is_found(kind: str, wrong: Callable[[str], str]) -> None:
    found = observed(kind, wrong)
    assert found.figures["misunderstood"] is not None
    assert found.figures["misunderstood"] >= 0.25
    assert all("with" in case.note for case in found.cases)


def missed(kind: str, contain: str, text: str, refuse: str | None = None) -> list[str]:
    return Sentence(ALL[0].speech, kind, (contain,), (refuse,) if refuse else ()).missed(text)


def test_phrases_are_whole_words_however_they_are_written() -> None:
    assert not missed("numbers", "forty seven", "We invited 47 people.")
    assert missed("numbers", "seven", "We invited 47 people.")
    assert missed("homophones", "hole", "the wholes")
    assert not missed("homophones", "a hole", "There is a hole.", "whole")
    assert missed("homophones", "a hole", "There is a hole in the whole.", "whole")
    assert not missed("numbers", "twenty past nine | 9 20", "It starts at 9:20.")
    assert not missed("letters", "GMEF39", "reads G-M-E-F 39.")
    assert missed("letters", "GMEF39", "reads G-M-E-S 39.")


def test_a_missing_corpus_is_told(tmp_path: object) -> None:
    with pytest.raises(BehaviourError, match="cannot be read"):
        sentences(tmp_path)  # type: ignore[arg-type]
