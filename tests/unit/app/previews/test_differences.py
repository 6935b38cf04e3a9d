"""Two transcripts beside each other: places a person can look at and listen to."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.previews.differences import Comparison, Word, compare, words_of
from app.previews.terms import Terms
from app.transcriptions.schemas import SegmentOut, WordOut

WORD_S = 0.5


def words(text: str, *, start_s: float = 0.0, sentence: int = 10) -> list[Word]:
    """Half a second each; every so many begin a segment."""
    return [
        Word(f" {word}", start_s + i * WORD_S, start_s + (i + 1) * WORD_S, i % sentence == 0)
        for i, word in enumerate(text.split())
    ]


def compared(plain: str, adapted: str, *terms: str) -> Comparison:
    return compare(words(plain), words(adapted), Terms(terms))


def pairs(found: Comparison) -> list[tuple[str, str, str | None]]:
    return [(each.plain, each.adapted, each.term) for each in found.differences]


def test_the_same_words_have_no_difference_whatever_their_case_and_punctuation() -> None:
    found = compared("We asked Gini, twice.", "we asked gini twice", "Gini")
    assert found.differences == ()
    assert (found.plain_terms, found.adapted_terms) == (1, 1)


def test_a_place_has_both_texts_its_times_and_its_term() -> None:
    found = compared(
        "we took it from you silk last year", "we took it from EU-SILC last year", "EU-SILC"
    )
    assert pairs(found) == [("you silk", "EU-SILC", "EU-SILC")]
    [place] = found.differences
    assert (place.start_s, place.end_s) == (2.0, 3.0)
    assert (found.plain_terms, found.adapted_terms) == (0, 1)


def test_a_term_that_is_partly_the_same_is_shown_as_a_whole() -> None:
    found = compared("so the Atkins and index rose", "so the Atkinson index rose", "Atkinson index")
    assert pairs(found) == [("Atkins and index", "Atkinson index", "Atkinson index")]


def test_a_term_that_the_domain_lost_is_told_as_well() -> None:
    found = compared("the Gini fell", "the genie fell", "Gini")
    assert pairs(found) == [("Gini", "genie", "Gini")]
    assert (found.plain_terms, found.adapted_terms) == (1, 0)


def test_a_term_that_only_one_side_spells_as_the_glossary_does_is_told() -> None:
    found = compared("a head count of it", "a headcount of it", "headcount")
    assert pairs(found) == [("head count", "headcount", "headcount")]
    assert (found.plain_terms, found.adapted_terms) == (0, 1)


def test_close_differences_are_one_place_and_distant_ones_two() -> None:
    near = compared("a one b two c d e f", "a uno b due c d e f")
    assert pairs(near) == [("one b two", "uno b due", None)]
    far = compared("a one b c d two e", "a uno b c d due e")
    assert pairs(far) == [("one", "uno", None), ("two", "due", None)]


def test_words_that_one_side_has_alone_are_a_place() -> None:
    found = compared("we asked them", "we asked all of them")
    assert pairs(found) == [("", "all of", None)]
    assert found.differences[0].start_s == 1.0


def test_one_side_may_be_empty() -> None:
    assert pairs(compared("", "all of it")) == [("", "all of it", None)]
    assert compared("", "") == Comparison((), (), 0, 0, 0, 0, 0)


def test_passages_hold_all_of_both_texts_and_say_which_differ() -> None:
    plain = " ".join(f"w{i}" for i in range(100))
    adapted = plain.replace("w70", "Gini")
    found = compared(plain, adapted, "Gini")
    assert "".join(run.text for p in found.passages for run in p.plain).split() == plain.split()
    assert "".join(run.text for p in found.passages for run in p.adapted).split() == adapted.split()
    assert [p.differs for p in found.passages] == [False, False, True, False]
    assert all(a.end_s <= b.start_s for a, b in pairwise(found.passages))
    [run] = [run for p in found.passages for run in p.adapted if run.place is not None]
    assert (run.text, run.place, run.term) == (" Gini", 0, "Gini")


def test_a_passage_without_sentences_ends_all_the_same() -> None:
    text = " ".join(f"w{i}" for i in range(200))
    long = [Word(word.text, word.start_s, word.end_s, False) for word in words(text)]
    found = compare(long, long, Terms([]))
    assert len(found.passages) == 3


def test_words_are_taken_from_segments_and_a_gap_is_a_word() -> None:
    said = SegmentOut(
        id="s",
        start=0,
        end=1,
        text="EU-SILC it",
        words=[
            WordOut(word="EU", start=0, end=0.2, probability=1),
            WordOut(word="-SILC", start=0.2, end=0.5, probability=1),
            WordOut(word=" it", start=0.5, end=1, probability=1),
        ],
        flags=[],
    )
    gap = SegmentOut(id="g", start=2, end=5, text="[inaudible]", words=[], flags=["inaudible"])
    found = words_of([said, gap])
    assert "".join(word.text for word in found) == " EU-SILC it [inaudible]"
    assert [word.first for word in found] == [True, False, False, True]
    assert (found[-1].start_s, found[-1].end_s) == (2, 5)


@pytest.mark.chapter(3)
@given(
    st.lists(st.sampled_from(["a", "b", "c", "Gini", "—", "eu", "silc"])),
    st.lists(st.sampled_from(["a", "b", "Gini", "c"])),
)
def test_no_word_is_lost_and_none_is_in_two_places(plain: list[str], adapted: list[str]) -> None:
    found = compared(" ".join(plain), " ".join(adapted), "Gini", "EU-SILC")
    for side, given_words in (("plain", plain), ("adapted", adapted)):
        runs = [run for passage in found.passages for run in getattr(passage, side)]
        assert "".join(run.text for run in runs).split() == given_words
        for number, difference in enumerate(found.differences):
            there = "".join(run.text for run in runs if run.place == number)
            assert there.strip() == getattr(difference, side)
