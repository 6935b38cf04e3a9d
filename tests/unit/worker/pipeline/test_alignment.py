"""Word times: monotone, inside the recording, in the piece that holds the word."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from worker.pipeline.alignment import words_of
from worker.pipeline.types import Piece

PIECES = (Piece(10.0, 14.0, 0.0), Piece(60.0, 66.0, 4.0))


@dataclass
class Alignment:
    alignments: list[tuple[int, int]]
    text_token_probs: list[float]


class WordTokens:
    """A tokenizer for which every token is a word."""

    eot = 99

    def __init__(self, words: list[str]) -> None:
        self._words = words

    def split_to_word_tokens(self, tokens: list[int]) -> tuple[list[str], list[list[int]]]:
        return [*self._words, "<end>"], [[token] for token in tokens]


def aligned(positions: list[int], words: list[str] | None = None):  # type: ignore[no-untyped-def]
    words = words or [f" w{i}" for i in range(len(positions) - 1)]
    alignment = Alignment(list(enumerate(positions)), [0.5] * len(words))
    return words_of(WordTokens(words), list(range(len(words))), alignment, PIECES)  # type: ignore[arg-type]


@given(st.lists(st.integers(0, 600), min_size=2, max_size=60))
def test_times_never_go_back_or_leave_the_recording_whatever_the_alignment(
    positions: list[int],
) -> None:
    words = aligned(positions)
    times = [time for word in words for time in (word.start_s, word.end_s)]
    assert times == sorted(times)
    assert all(10 <= time <= 14 or 60 <= time <= 66 for time in times)


def test_times_in_a_window_become_times_in_the_recording() -> None:
    words = aligned([50, 100, 250, 300])
    assert [(w.start_s, w.end_s) for w in words] == [(11.0, 12.0), (12.0, 14.0), (61.0, 62.0)]


def test_a_word_that_reaches_across_a_cut_stays_on_its_side() -> None:
    [word] = aligned([190, 290])
    assert (word.start_s, word.end_s) == (60.0, 61.8)


def test_punctuation_belongs_to_the_word_before_it() -> None:
    words = aligned([0, 50, 60, 100], [" Yes", ".", " Go"])
    assert [word.word for word in words] == [" Yes.", " Go"]


def test_no_tokens_give_no_words() -> None:
    assert words_of(WordTokens([]), [], Alignment([], []), PIECES) == ()  # type: ignore[arg-type]
