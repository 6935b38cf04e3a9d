"""A long hypothesis is divided among the sentences; nothing is lost, nothing counted twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.metrics.counts import counts
from evaluation.metrics.sentences import errors_by_sentence, split_hypothesis
from evaluation.runs.format import HeardWord
from evaluation.wer import pool

VOCABULARY = ["alpha", "beta", "gamma", "delta", "omega"]
words = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=12)


def spoken(text: str, pauses: dict[int, float] | None = None) -> list[HeardWord]:
    """Half-second words without a gap, but for the pauses before some of them."""
    at_s, found = 0.0, []
    for i, word in enumerate(text.split()):
        at_s += (pauses or {}).get(i, 0.0)
        found.append(HeardWord(word, at_s, at_s + 0.5, 0.9))
        at_s += 0.5
    return found


@given(st.lists(words, min_size=1, max_size=5), words)
def test_the_parts_add_up_to_the_whole(sentences: list[list[str]], heard: list[str]) -> None:
    texts = [" ".join(sentence) for sentence in sentences]
    parts = split_hypothesis(texts, spoken(" ".join(heard)))
    assert [word.word for part in parts for word in part.words] == heard
    assert " ".join(part.text for part in parts if part.text) == " ".join(heard)
    whole = counts(" ".join(texts), " ".join(heard))
    assert pool(part.counts["english"] for part in parts).total == whole["english"].total
    assert [part.counts for part in parts] == [
        counts(text, part.text) for text, part in zip(texts, parts, strict=True)
    ]
    assert errors_by_sentence(texts, " ".join(heard)) == [
        part.counts["english"] for part in split_hypothesis(texts, spoken(" ".join(heard)))
    ]


@given(st.lists(words, min_size=1, max_size=6))
def test_what_was_heard_without_error_is_divided_as_it_was_said(sentences: list[list[str]]) -> None:
    texts = [" ".join(sentence) for sentence in sentences]
    parts = split_hypothesis(texts, spoken(" ".join(texts)))
    assert [part.text for part in parts] == texts
    assert all(part.start_s <= part.end_s for part in parts)


def test_an_error_is_charged_to_its_sentence() -> None:
    found = errors_by_sentence(["alpha beta", "gamma delta"], "alpha beta gamma omega omega")
    assert [each.total for each in found] == [0, 2]


@pytest.mark.parametrize(
    ("pauses", "texts"),
    [
        ({2: 0.4}, ["alpha beta", "so then gamma"]),
        ({3: 0.4}, ["alpha beta so", "then gamma"]),
        ({4: 0.4}, ["alpha beta so then", "gamma"]),
        ({}, ["alpha beta so then", "gamma"]),  # no pause: as it always was
    ],
)
def test_what_was_inserted_between_sentences_goes_by_the_pause(
    pauses: dict[int, float], texts: list[str]
) -> None:
    heard = spoken("alpha beta so then gamma", pauses)
    parts = split_hypothesis(["alpha beta", "gamma"], heard)
    assert [part.text for part in parts] == texts


def test_a_part_has_the_times_of_its_words() -> None:
    parts = split_hypothesis(
        ["alpha", "beta gamma", "delta"], spoken("alpha delta", pauses={0: 1.0, 1: 2.0})
    )
    assert [(part.start_s, part.end_s) for part in parts] == [(1.0, 1.5), (1.5, 1.5), (3.5, 4.0)]
    assert parts[1].counts["raw"].deletions == 2
    assert parts[1].words == ()


def test_numbers_are_not_joined_across_sentences() -> None:
    parts = split_hypothesis(
        ["It was eighteen eighteen.", "Twenty men came."],
        spoken("It was 1818. 20 men came."),
    )
    assert [part.text for part in parts] == ["It was 1818.", "20 men came."]
    assert [part.counts["english"].total for part in parts] == [0, 0]


def test_pieces_of_a_word_stay_together() -> None:
    heard = [HeardWord(w, i, i + 1, 0.9) for i, w in enumerate([" on", " so", "-called", " men"])]
    parts = split_hypothesis(["on", "called men"], heard)
    assert [part.text for part in parts] == ["on so-called", "men"]


def test_fillers_before_and_after_everything_belong_to_the_ends() -> None:
    parts = split_hypothesis(["alpha", "beta"], spoken("um alpha beta um"))
    assert [part.text for part in parts] == ["um alpha", "beta um"]
    assert [part.counts["raw"].insertions for part in parts] == [1, 1]


def test_a_sentence_of_nothing_gets_nothing() -> None:
    parts = split_hypothesis(["[laughs]", "alpha", "um"], spoken("alpha beta"))
    assert [part.text for part in parts] == ["", "alpha beta", ""]


def test_nothing_said_and_nothing_heard() -> None:
    assert split_hypothesis([], []) == []
    assert [part.text for part in split_hypothesis(["alpha"], [])] == [""]
    with pytest.raises(ValueError, match="2 words, but no sentence"):
        split_hypothesis([], spoken("alpha beta"))
