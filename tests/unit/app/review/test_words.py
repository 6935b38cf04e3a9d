"""Times of words after a person changed the text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.review.words import StoredWord, pieces, realign, text_of


def heard(text: str, start_s: float = 1.0, step_s: float = 0.5) -> list[StoredWord]:
    """Words of half a second with pauses of a fifth between them."""
    found, at = [], start_s
    for word in text.split():
        found.append((f" {word}", at, at + step_s, 0.4))
        at += step_s + 0.2
    return found


def after(words: list[StoredWord], text: str, end_s: float = 30.0) -> list[StoredWord]:
    return list(realign(words, text, float(words[0][1]) if words else 0.0, end_s))


def test_a_word_put_right_takes_the_time_of_the_wrong_one_and_all_others_stay() -> None:
    words = heard("We used the wahaka blinder decomposition")
    now = after(words, "We used the Oaxaca blinder decomposition")
    assert [*now[:3], *now[4:]] == [*words[:3], *words[4:]]
    assert now[3] == (" Oaxaca", words[3][1], words[3][2], 1.0, None, True)


def test_capitals_and_punctuation_leave_a_word_its_time_and_its_doubt() -> None:
    words = heard("well i think so")
    now = after(words, "Well, I think so.")
    assert [word[0] for word in now] == [" Well,", " I", " think", " so."]
    assert [word[1:] for word in now] == [word[1:] for word in words]


def test_fewer_words_share_the_span_of_those_they_replace_by_their_letters() -> None:
    words = heard("an index at kin sons now")
    now = after(words, "an index Atkinson's new now")
    atkinson, new = now[2], now[3]
    assert (atkinson[1], new[2]) == (words[2][1], words[4][2])
    assert atkinson[2] == new[1]
    assert (atkinson[2] - atkinson[1]) / (new[2] - new[1]) == pytest.approx(9 / 3, abs=0.02)


def test_words_put_in_get_the_gap_between_their_neighbours() -> None:
    words = heard("one three")
    now = after(words, "one two three")
    assert now[1] == (" two", words[0][2], words[1][1], 1.0, None, True)


def test_a_word_taken_out_leaves_its_time_empty() -> None:
    words = heard("so um we went")
    assert after(words, "so we went") == [words[0], *words[2:]]


def test_all_taken_out_leaves_none() -> None:
    assert realign(heard("hm"), "", 1.0, 2.0) == ()


def test_text_where_nothing_was_heard_has_the_whole_segment() -> None:
    now = realign([], "aaaa bbbb", 3.0, 5.0)
    assert now == ((" aaaa", 3.0, 4.0, 1.0, None, True), (" bbbb", 4.0, 5.0, 1.0, None, True))


def test_the_machines_own_cuts_inside_a_word_are_kept() -> None:
    """A recogniser cuts at hyphens and points, where a person sees one word."""
    words: list[StoredWord] = [
        (" state", 0.0, 0.4, 0.9), ("-of", 0.4, 0.5, 0.9), ("-the", 0.5, 0.6, 0.9),
        ("-art", 0.6, 1.0, 0.9),
        (" version", 1.0, 1.5, 0.9), (" 3", 1.5, 1.7, 0.8), (".5", 1.7, 2.0, 0.7),
        (" runs", 2.0, 2.5, 0.9),
    ]  # fmt: skip
    now = realign(words, "state-of-the-art Version 3.5 ran", 0.0, 2.5)
    assert list(now[:4]) == words[:4]
    assert list(now[5:7]) == words[5:7]
    assert now[7] == (" ran", 2.0, 2.5, 1.0, None, True)
    assert text_of(now) == "state-of-the-art Version 3.5 ran"


def test_what_a_term_was_heard_as_goes_with_the_word() -> None:
    words = [(" Atkinson", 0.0, 1.0, 0.3, " at kin"), (" index", 1.0, 2.0, 0.9)]
    assert realign(words, "Atkinson, index", 0.0, 2.0)[0] == (" Atkinson,", *words[0][1:])
    assert realign(words, "Gini index", 0.0, 2.0)[0] == (" Gini", 0.0, 1.0, 1.0, None, True)


def test_languages_without_spaces_keep_the_times_of_their_signs() -> None:
    words: list[StoredWord] = [
        (sign, float(n), n + 1.0, 0.9) for n, sign in enumerate("今天天气好")
    ]
    now = realign(words, "今天天汽好。", 0.0, 5.0)
    assert list(now[:3]) == words[:3]
    assert now[3] == ("汽", 3.0, 4.0, 1.0, None, True)
    assert now[4] == ("好。", 4.0, 5.0, 0.9)


@pytest.mark.parametrize("word", ["हिन्दी", "don’t", "C++", "—", "été"])
def test_a_word_of_any_script_is_one_piece(word: str) -> None:
    assert pieces(f" a {word} b") == [" a", f" {word}", " b"]


def test_signs_that_are_said_are_no_punctuation() -> None:
    words = heard("5 percent of C")
    assert after(words, "5% percent of C#")[0][3:] == (1.0, None, True)
    assert after(words, "5% percent of C#")[3][3:] == (1.0, None, True)


WORDS = st.sampled_from(
    [
        "a",
        "the",
        "The",
        "Gini",
        "index",
        "so,",
        "so",
        "well-being",
        "3.5",
        "今",
        "天",
        "—",
        "C++",
        "é",
    ]
)
TEXTS = st.lists(WORDS, max_size=12).map(" ".join)


@st.composite
def segments(draw: st.DrawFn) -> tuple[list[StoredWord], float, float]:
    """Words in order, cut in any way, with pauses or none."""
    start_s = at = draw(st.floats(0, 40_000))
    words: list[StoredWord] = []
    for text in draw(st.lists(WORDS, max_size=12)):
        at += draw(st.sampled_from([0.0, 0.02, 0.7]))
        stop = at + draw(st.sampled_from([0.0, 0.02, 0.5]))
        space = draw(st.sampled_from([" ", " ", ""])) if words else " "
        words.append((space + text, at, stop, draw(st.floats(0, 1))))
        at = stop
    return words, start_s, at + draw(st.sampled_from([0.0, 0.3]))


@given(segments(), TEXTS)
def test_whatever_is_typed_the_words_are_the_text_in_order_and_inside(
    segment: tuple[list[StoredWord], float, float], text: str
) -> None:
    words, start_s, end_s = segment
    now = realign(words, text, start_s, end_s)
    assert text_of(now) == text
    times = [start_s, *(time for word in now for time in word[1:3]), end_s]
    assert all(before <= later for before, later in pairwise(times)), times
    assert all(word[3:] == (1.0, None, True) for word in now if len(word) > 5)
    # What the machine is said to have heard, it did hear: that probability, within that time
    for word in now:
        if len(word) < 6:
            assert any(word[3] == w[3] and w[1] <= word[2] for w in words), word


@given(segments())
def test_nothing_changes_where_the_text_does_not(
    segment: tuple[list[StoredWord], float, float],
) -> None:
    words, start_s, end_s = segment
    assert list(realign(words, text_of(words), start_s, end_s)) == words


def test_machine_words_that_overlap_do_not_pull_a_persons_words_back() -> None:
    words: list[StoredWord] = [(" a", 0.0, 1.0, 0.9), (" b", 0.8, 1.5, 0.9), (" c", 1.4, 2.0, 0.9)]
    assert realign(words, "a x c", 0.0, 2.0)[1][1:3] == (1.0, 1.4)
    assert realign(words, "a x y c", 0.0, 2.0)[1][1] == 1.0
