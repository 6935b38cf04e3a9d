"""A sentence the model left out is heard again on its own."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.speech import StubRecogniser, heard, words_of
from worker.pipeline.holes import fill, missed_speech
from worker.pipeline.recognise import DecodingOptions
from worker.pipeline.types import SAMPLE_RATE, Piece, Recognition, Window

pytestmark = pytest.mark.chapter(7)

PIECES = (Piece(100.0, 106.0, 0.0), Piece(130.0, 136.0, 6.0))
SAMPLES = np.arange(12 * SAMPLE_RATE, dtype=np.float32)
WINDOW = Window(3, SAMPLES, PIECES, ((100.0, 100.8), (102.0, 105.0), (131.0, 135.0)))
BEFORE = words_of("It begins.", start_s=100.0)
AFTER = words_of("It goes on for long like this here now always again.", start_s=131.0)
FOUND = words_of("This was missing.", start_s=102.2, word_s=0.8)


def hears(*words: tuple, probability: float = 0.9) -> StubRecogniser:  # type: ignore[type-arg]
    return StubRecogniser(lambda _window, _options: heard(words=words[0]))


def filled(recogniser: StubRecogniser, first: Recognition) -> Recognition:
    return fill(recogniser, WINDOW, first, DecodingOptions(keywords=("Lectern",)))  # type: ignore[arg-type]


def test_speech_between_words_is_a_hole_and_a_pause_is_none() -> None:
    assert missed_speech(WINDOW, BEFORE + AFTER) == [(102.0, 105.0)]
    quiet = Window(3, SAMPLES, PIECES, ((100.0, 100.8), (131.0, 135.0)))
    assert missed_speech(quiet, BEFORE + AFTER) == []


def test_words_found_in_a_hole_are_put_in_their_place() -> None:
    found = filled(hears(FOUND), heard(words=BEFORE + AFTER))
    assert found.words == BEFORE + FOUND + AFTER
    assert found.text.startswith("It begins. This was missing. It goes on")
    assert found.rung == "stub+filled"


def test_the_hole_is_heard_alone_and_without_the_keywords() -> None:
    recogniser = StubRecogniser(lambda hole, _options: check(hole))

    def check(hole: Window) -> Recognition:
        assert (hole.start_s, hole.end_s) == (pytest.approx(101.8), pytest.approx(105.2))
        first = round(1.8 * SAMPLE_RATE)
        np.testing.assert_array_equal(hole.samples[:5], SAMPLES[first : first + 5])
        return heard(words=FOUND)

    filled(recogniser, heard(words=BEFORE + AFTER))
    [(_, options)] = recogniser.asked
    assert (options.keywords, options.language) == ((), "en")


def test_unlikely_words_are_not_put_in() -> None:
    unlikely = words_of("This was missing.", start_s=102.2, word_s=0.8, probability=0.2)
    first = heard(words=BEFORE + AFTER)
    assert filled(hears(unlikely), first) is first


def test_words_there_were_already_are_not_put_in_twice() -> None:
    again = (*words_of("begins.", start_s=100.4), *FOUND)
    assert filled(hears(again), heard(words=BEFORE + AFTER)).words == BEFORE + FOUND + AFTER


def test_without_a_hole_nothing_is_heard_again() -> None:
    recogniser = hears(FOUND)
    filled(recogniser, heard(words=BEFORE + FOUND + AFTER))
    assert recogniser.asked == []
