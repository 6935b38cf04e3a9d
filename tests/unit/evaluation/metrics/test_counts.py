"""Errors are what an independent count says, and an empty reference is no special rate."""

from __future__ import annotations

import random
import time
from functools import cache

import jiwer
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.metrics.counts import (
    Rates,
    count_all,
    count_normalised,
    counts,
    rates,
    without_words,
)
from evaluation.metrics.texts import FORMS
from evaluation.wer import Errors, pool, rate

VOCABULARY = ["alpha", "beta", "gamma", "delta", "omega"]
words = st.lists(st.sampled_from(VOCABULARY), max_size=8)
texts = st.builds(" ".join, words)


def all_optimal(reference: list[str], heard: list[str]) -> set[tuple[int, int, int]]:
    """Every (substitutions, deletions, insertions) of an alignment with the fewest errors.

    By the textbook's recursion and no library.
    """

    @cache
    def best(i: int, j: int) -> frozenset[tuple[int, int, int]]:
        if i == 0 or j == 0:
            return frozenset({(0, i, j)})
        wrong = reference[i - 1] != heard[j - 1]
        ways = {(s + wrong, d, n) for s, d, n in best(i - 1, j - 1)}
        ways |= {(s, d + 1, n) for s, d, n in best(i - 1, j)}
        ways |= {(s, d, n + 1) for s, d, n in best(i, j - 1)}
        fewest = min(map(sum, ways))
        return frozenset(way for way in ways if sum(way) == fewest)

    return set(best(len(reference), len(heard)))


@given(words, words)
def test_the_counts_are_those_of_an_alignment_with_the_fewest_errors(
    reference: list[str], heard: list[str]
) -> None:
    [found] = count_normalised([" ".join(reference)], [" ".join(heard)])
    ways = all_optimal(reference, heard)
    assert (found.substitutions, found.deletions, found.insertions) in ways
    assert found.words == len(reference)
    assert found.heard == len(heard)
    assert 0 <= found.hits <= min(len(reference), len(heard))


@given(texts, texts)
def test_characters_are_counted_with_their_spaces(reference: str, heard: str) -> None:
    [found] = count_normalised([reference], [heard], "characters")
    assert found.words == len(reference)
    assert found.total == min(map(sum, all_optimal(list(reference), list(heard))))


@given(st.lists(st.tuples(texts, texts), max_size=6))
def test_many_at_once_are_each_by_itself(pairs: list[tuple[str, str]]) -> None:
    together = count_all([r for r, _ in pairs], [h for _, h in pairs])
    assert together == [counts(reference, heard) for reference, heard in pairs]


def test_a_sentence_in_every_form_by_hand() -> None:
    found = counts("Mr. Hale saw 21 ships.", "mister hale saw twenty one ship")
    assert found["raw"] == Errors(5, 4, 0, 1)  # only "saw" is the same
    assert found["basic"] == Errors(5, 3, 0, 1)  # "hale" as well
    assert found["english"] == Errors(5, 1, 0, 0)  # ship for ships
    assert found["characters"] == Errors(24, 0, 1, 0)  # mister hale saw 21 ships
    assert found["letters"].total == 5  # mrhalesaw21ships, misterhalesaw21ship: iste and s


@given(texts)
def test_the_same_text_has_no_error_in_any_form(text: str) -> None:
    assert all(found.total == 0 for found in counts(text, text).values())


def test_case_punctuation_and_numbers_cost_nothing_in_english() -> None:
    assert counts("It's twenty-one, Mr. Hale.", "it is 21 mister hale")["english"].total == 0


@pytest.mark.chapter(15)
def test_without_a_reference_everything_heard_is_insertions() -> None:
    found = counts("", "Thank you.")
    assert found["english"] == Errors(0, 0, 0, 2)
    assert found["characters"] == Errors(0, 0, 0, len("thank you"))
    assert found["letters"] == Errors(0, 0, 0, len("thankyou"))
    assert counts("", "")["raw"] == Errors(0, 0, 0, 0)


def test_without_a_hypothesis_everything_is_deleted() -> None:
    assert counts("thank you", "")["english"] == Errors(2, 0, 2, 0)
    assert rates([Errors(2, 0, 2, 0)]) == Rates(1.0, 1.0, 1.0)


def test_jiwer_is_never_asked_about_an_empty_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = jiwer.process_words
    monkeypatch.setattr(jiwer, "process_words", lambda r, h: asked.extend(r) or real(r, h))
    count_normalised(["", "alpha", ""], ["beta", "alpha", ""])
    assert asked == ["alpha"]


@pytest.mark.chapter(15)
def test_references_that_normalise_to_nothing_are_listed() -> None:
    found = count_all(["Um, hmm.", "[laughs]", "yes"], ["", "oh no", "yes"])
    assert without_words(found) == [0, 1]
    assert without_words(found, "raw") == []
    assert [by_form["english"] for by_form in found[:2]] == [
        Errors(0, 0, 0, 0),
        Errors(0, 0, 0, 2),
    ]
    assert rates(by_form["english"] for by_form in found).wer == 2.0  # it cannot lower the rate


def test_rates_by_hand() -> None:
    """Ten words, six of them heard, with two errors of each kind: ten heard, sixty of a hundred."""
    found = rates([Errors(4, 2, 0, 0), Errors(6, 0, 2, 2)])
    assert found.wer == pytest.approx(6 / 10)
    assert found.mer == pytest.approx(6 / 12)
    assert found.wil == pytest.approx(1 - (6 / 10) * (6 / 10))


def test_words_are_counted_and_not_utterances() -> None:
    pair = [Errors(9, 0, 0, 0), Errors(1, 1, 0, 0)]
    assert rates(pair).wer == rate(pair) == pytest.approx(0.1)
    assert pool(pair) == Errors(10, 1, 0, 0)


def test_nothing_to_divide_by_is_no_rate() -> None:
    assert rates([]) == rates([Errors(0, 0, 0, 3)]) == Rates(None, None, None)
    assert rate([]) != rate([])  # NaN


nonempty = st.builds(" ".join, st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=8))


@given(st.lists(st.tuples(nonempty, texts), min_size=1, max_size=6), st.randoms())
def test_rates_are_jiwers_and_do_not_depend_on_order(
    pairs: list[tuple[str, str]], shuffled: random.Random
) -> None:
    theirs = jiwer.process_words([r for r, _ in pairs], [h for _, h in pairs])
    found = count_normalised([r for r, _ in pairs], [h for _, h in pairs])
    ours = rates(found)
    assert ours.wer == pytest.approx(theirs.wer)
    assert ours.mer == pytest.approx(theirs.mer)
    assert ours.wil == pytest.approx(theirs.wil)
    assert ours.mer is not None
    assert ours.wil is not None
    assert 0 <= ours.mer <= 1
    assert 0 <= ours.wil <= 1
    shuffled.shuffle(found)
    assert rates(found) == ours


def test_more_of_one_than_of_the_other_is_refused() -> None:
    with pytest.raises(ValueError, match="2 references, but 1 hypotheses"):
        count_all(["a", "b"], ["a"])


def test_ten_thousand_normalised_utterances_are_counted_in_seconds() -> None:
    """About a second on the machine it was written on; the bound leaves room for a busy one."""
    chance = random.Random(1)
    vocabulary = ["".join(chance.choices("abcdefgh", k=5)) for _ in range(500)]
    references = [" ".join(chance.choices(vocabulary, k=12)) for _ in range(10_000)]
    heard = [
        " ".join(word for word in reference.split() if chance.random() > 0.1)
        for reference in references
    ]
    started = time.process_time()
    for form in FORMS.values():
        assert len(count_normalised(references, heard, form.unit)) == 10_000
    assert time.process_time() - started < 6


@settings(max_examples=30)
@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_any_text_can_be_counted(references: list[str], heard: list[str]) -> None:
    size = min(len(references), len(heard))
    found = count_all(references[:size], heard[:size])
    for reference, by_form in zip(references, found, strict=False):
        assert by_form["raw"].words == len(reference.split())
