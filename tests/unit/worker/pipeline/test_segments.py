"""Sentences: where they end, and that no word is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.speech import words_of
from worker.pipeline.segments import segments_of
from worker.pipeline.types import Word

timed = st.lists(
    st.tuples(
        st.sampled_from(["so", "yes.", "Dr.", "well,", "really?", "U.S.", "no…", '"end."', "的。"]),
        st.floats(0, 3),
        st.floats(0, 4),
    ),
    max_size=40,
)


def texts(text: str) -> list[str]:
    return [segment.text for segment in segments_of(words_of(text))]


def after_pauses(entries: list[tuple[str, float, float]]) -> list[Word]:
    words, time_s = [], 0.0
    for text, pause_s, length_s in entries:
        start_s = time_s + pause_s
        time_s = start_s + length_s
        words.append(Word(f" {text}", start_s, time_s, 0.9))
    return words


@given(timed)
def test_no_word_is_lost_moved_or_repeated(entries: list[tuple[str, float, float]]) -> None:
    words = after_pauses(entries)
    segments = segments_of(words)
    assert [word for segment in segments for word in segment.words] == words
    for segment in segments:
        assert (segment.start_s, segment.end_s) == (
            segment.words[0].start_s,
            segment.words[-1].end_s,
        )


def test_a_sentence_ends_at_its_full_stop() -> None:
    assert texts("We left. Did you stay? No!") == ["We left.", "Did you stay?", "No!"]


def test_a_quotation_mark_after_the_full_stop_belongs_to_the_sentence() -> None:
    assert texts('He said "stop." Then silence.') == ['He said "stop."', "Then silence."]


@pytest.mark.parametrize("short", ["Dr.", "Mr.", "Prof.", "e.g.", "vs.", "J."])
def test_an_abbreviation_does_not_end_a_sentence(short: str) -> None:
    assert texts(f"Ask {short} Smith today.") == [f"Ask {short} Smith today."]


def test_a_long_pause_ends_a_segment_without_punctuation() -> None:
    words = after_pauses([("and", 0, 0.3), ("then", 0.2, 0.3), ("nothing", 1.6, 0.3)])
    assert [s.text for s in segments_of(words)] == ["and then", "nothing"]


def test_a_long_segment_ends_at_a_comma_and_the_longest_anywhere() -> None:
    with_comma = after_pauses([("word", 0, 0.5)] * 25 + [("so,", 0, 0.5)] + [("word", 0, 0.5)] * 9)
    assert segments_of(with_comma)[0].words[-1].word == " so,"
    without = after_pauses([("word", 0, 0.5)] * 100)
    assert all(s.end_s - s.start_s <= 20 for s in segments_of(without))
