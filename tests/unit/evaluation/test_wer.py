"""Word errors are what an independent count says, and nothing is lost when they are cut up."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.wer import Errors, errors_by_sentence, normalise, rate, word_errors

VOCABULARY = ["alpha", "beta", "gamma", "delta", "omega"]
words = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=12)


def edit_distance(a: list[str], b: list[str]) -> int:
    """Levenshtein's distance by the textbook, to be independent of the library."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row, before = [i], row
        for j, y in enumerate(b, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (x != y)))
    return row[-1]


@given(words, words)
def test_the_total_is_the_edit_distance(a: list[str], b: list[str]) -> None:
    found = word_errors(" ".join(a), " ".join(b))
    assert found.total == edit_distance(a, b)
    assert found.words == len(a)


def test_case_punctuation_and_numbers_cost_nothing() -> None:
    assert word_errors("It's twenty-one, Mr. Hale.", "it is 21 mister hale").total == 0


def test_without_a_reference_every_word_is_an_insertion() -> None:
    assert word_errors("", "thank you") == Errors(0, 0, 0, 2)
    assert math.isnan(rate([word_errors("", "thank you")]))


def test_words_are_counted_and_not_utterances() -> None:
    assert rate([Errors(9, 0, 0, 0), Errors(1, 1, 0, 0)]) == pytest.approx(0.1)


@given(st.lists(words, min_size=1, max_size=5), words)
def test_errors_by_sentence_add_up_to_those_of_the_whole(
    sentences: list[list[str]], heard: list[str]
) -> None:
    parts = [" ".join(sentence) for sentence in sentences]
    found = errors_by_sentence(parts, " ".join(heard))
    assert sum(e.total for e in found) == word_errors(" ".join(parts), " ".join(heard)).total
    assert [e.words for e in found] == [len(sentence) for sentence in sentences]


def test_an_error_is_charged_to_its_sentence() -> None:
    found = errors_by_sentence(["alpha beta", "gamma delta"], "alpha beta gamma omega omega")
    assert [e.total for e in found] == [0, 2]


def test_the_normaliser_is_the_one_that_is_named() -> None:
    assert normalise("Colour, um, and CENTRE!") == "color and center"
