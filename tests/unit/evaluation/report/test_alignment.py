"""What is shown under each other is what the score compared, in the words people wrote."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.metrics.counts import counts
from evaluation.report.alignment import Column, columns
from tests.support.runs import sentences


def shown(reference: str, hypothesis: str) -> list[tuple[str, str, str]]:
    return [
        (c.kind, " ".join(p.text for p in c.reference), " ".join(p.text for p in c.heard))
        for c in columns(reference, hypothesis)
    ]


def test_words_that_count_as_the_same_stand_under_each_other() -> None:
    assert shown("RUBOUT THREE NINE", "Rubout 39") == [
        ("equal", "RUBOUT", "Rubout"),
        ("equal", "THREE NINE", "39"),
    ]


def test_each_kind_of_error_has_its_name() -> None:
    assert shown("the cat sat down", "the dog sat right down") == [
        ("equal", "the", "the"),
        ("substituted", "cat", "dog"),
        ("equal", "sat", "sat"),
        ("inserted", "", "right"),
        ("equal", "down", "down"),
    ]
    assert shown("not him", "him") == [("deleted", "not", ""), ("equal", "him", "him")]


def test_a_word_of_which_only_a_part_was_heard_is_wrong() -> None:
    assert shown("I can't stop", "I can stop") == [
        ("equal", "I", "I"),
        ("substituted", "can't", "can"),
        ("equal", "stop", "stop"),
    ]


def test_what_the_normaliser_drops_is_shown_and_is_no_error() -> None:
    assert shown("hello there", "hello um there") == [
        ("equal", "hello", "hello"),
        ("unscored", "", "um"),
        ("equal", "there", "there"),
    ]


@pytest.mark.parametrize(("reference", "heard"), [("", "Thank you."), ("yes no", ""), ("", "")])
def test_one_side_may_be_empty(reference: str, heard: str) -> None:
    kinds = {c.kind for c in columns(reference, heard)}
    assert kinds == ({"inserted"} if heard else {"deleted"} if reference else set())


def test_probabilities_stay_with_their_words() -> None:
    found = columns("a big house", "a pig house", [0.9, 0.2, 0.8])
    assert [[p.probability for p in c.heard] for c in found] == [[0.9], [0.2], [0.8]]
    assert columns("a", "a", [0.9, 0.2])[0].heard[0].probability is None


@st.composite
def misheard(draw: st.DrawFn) -> tuple[str, str]:
    reference = draw(st.sampled_from(sentences()))
    words = reference.split()
    for _ in range(draw(st.integers(0, 6))):
        place = draw(st.integers(0, max(len(words) - 1, 0)))
        change = draw(st.sampled_from(["drop", "add", "other"]))
        other = draw(st.sampled_from(["twenty", "five", "um", "can't", "Mr.", "the", "$3.50"]))
        if change == "add" or not words:
            words.insert(place, other)
        elif change == "drop":
            del words[place]
        else:
            words[place] = other
    return reference, " ".join(words)


@given(misheard())
@settings(max_examples=150, deadline=None)
def test_no_word_is_lost_or_moved_and_errors_are_where_the_score_has_them(
    pair: tuple[str, str],
) -> None:
    reference, heard = pair
    found = columns(reference, heard)
    assert " ".join(p.text for c in found for p in c.reference) == reference
    assert " ".join(p.text for c in found for p in c.heard) == heard
    wrong = [c for c in found if c.kind not in ("equal", "unscored")]
    assert bool(wrong) == bool(counts(reference, heard)["english"].total)
    assert all(_filled(c) for c in found)


def _filled(column: Column) -> bool:
    match column.kind:
        case "deleted":
            return bool(column.reference) and not column.heard
        case "inserted":
            return bool(column.heard) and not column.reference
        case "unscored":
            return bool(column.heard) != bool(column.reference)
        case _:
            return bool(column.heard) and bool(column.reference)
