"""Every word of the normalised text is traced to the recognised words behind it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.metrics.alignment import Chunk, Region, agreeing, align, regions
from evaluation.metrics.texts import normalise
from evaluation.metrics.tokens import continuing, tokens_of, written

TALK = (
    *("the", "twenty", "one", "hundred", "and", "five", "um", "it's", "Mr.", "half", "a"),
    *("dollars", "oh", "minus", "21st", "(so", "to", "say)", "-", "won't", "per", "cent", "$4"),
)
talk = st.lists(st.sampled_from(TALK), max_size=12)


@given(talk)
def test_all_of_the_normalised_text_is_traced(words: list[str]) -> None:
    found = tokens_of(words)
    assert " ".join(found.tokens) == normalise(" ".join(words))
    assert len(found.sources) == len(found.tokens)
    assert all(source and set(source) <= set(range(len(words))) for source in found.sources)
    flat = [source[0] for source in found.sources]
    assert flat == sorted(flat)


@pytest.mark.parametrize(
    ("words", "tokens", "sources"),
    [
        (["plain", "words"], ("plain", "words"), ((0,), (1,))),
        (["a", "twenty", "one", "b"], ("a", "21", "b"), ((0,), (1, 2), (3,))),
        (["two", "hundred", "and", "five"], ("205",), ((0, 1, 2, 3),)),
        (["It's", "so"], ("it", "is", "so"), ((0,), (0,), (1,))),
        (["um,", "yes", "--"], ("yes",), ((1,),)),
        ([" 90", ",000", " men"], ("90000", "men"), ((0, 1), (2,))),
        ([" so", "-called"], ("so", "called"), ((0,), (1,))),
        (["(so", "they", "say)", "no"], ("no",), ((3,),)),
    ],
)
def test_joined_split_and_dropped_words(
    words: list[str], tokens: tuple[str, ...], sources: tuple[tuple[int, ...], ...]
) -> None:
    found = tokens_of(words)
    assert found.tokens == tokens
    assert found.sources == sources


def test_each_word_knows_its_tokens() -> None:
    assert tokens_of(["um", "it's", "twenty", "one"]).of_words(4) == [[], [0, 1], [2], [2]]


def test_pieces_are_joined_as_the_recogniser_wrote_them() -> None:
    assert written([" P", "-I", "-T.", " 90", ",000", "'s"]) == "P-I-T. 90,000's"
    assert written(["P", "-I", "-T.", "90", ",000", "- no"]) == "P-I-T. 90,000 - no"
    assert continuing([" a", "b", " c"]) == [False, True, False]
    assert continuing(["a", "b"]) == [False, False]
    assert written([]) == ""


@given(talk, talk)
def test_the_alignment_covers_both_texts(reference: list[str], heard: list[str]) -> None:
    for found in (align(reference, heard), regions(align(reference, heard))):
        at = heard_at = 0
        for chunk in found:
            assert (chunk.start, chunk.heard_start) == (at, heard_at)
            at, heard_at = chunk.end, chunk.heard_end
        assert (at, heard_at) == (len(reference), len(heard))
    assert all(reference[i] == heard[j] for i, j in agreeing(reference, heard))


def test_neighbouring_errors_are_one_region() -> None:
    chunks = align(["a", "b", "c", "d"], ["a", "x", "d"])
    assert {chunk.kind for chunk in chunks} == {"equal", "substitute", "delete"}
    assert regions(chunks) == [
        Region(True, 0, 1, 0, 1),
        Region(False, 1, 3, 1, 2),
        Region(True, 3, 4, 2, 3),
    ]
    assert align([], ["a"]) == [Chunk("insert", 0, 0, 0, 1)]
    assert align([], []) == []
