"""Times of words: phonemes of a turn are divided among its words, pauses are cut off."""

from __future__ import annotations

import numpy as np
import pytest

from data.synthesis.accuracy import late
from data.synthesis.script import Turn, parse_script
from data.synthesis.timeline import SAMPLE_RATE_HZ, Samples, Speech, Word
from data.synthesis.words import Phoneme, fit_to_sound, word_times


def spoken(phonemes: str) -> list[Phoneme]:
    """A tenth of a second a symbol."""
    return [Phoneme(each, n / 10, (n + 1) / 10) for n, each in enumerate(phonemes)]


def found(words: str, alone: list[str], phonemes: str) -> list[tuple[str, float, float]]:
    timed = word_times(words.split(), alone, spoken(phonemes))
    return [(each.word, round(each.start_s, 3), round(each.end_s, 3)) for each in timed]


def test_words_between_spaces() -> None:
    assert found("see them.", ["sˈiː", "ðˈɛm."], "sˈiː ðˌɛm.") == [
        ("see", 0.0, 0.4),
        ("them.", 0.5, 0.9),
    ]


def test_a_stressed_word_begins_with_its_mark() -> None:
    assert found("I ask", ["ˈaɪ", "ˈæsk"], "ˈaɪ ˈæsk") == [("I", 0.0, 0.3), ("ask", 0.4, 0.8)]


def test_words_that_run_together_are_told_apart() -> None:
    """As in "in the year": the synthesiser gets no space between the first two."""
    assert found("in the year", ["ˈɪn", "ðə", "jˈiə"], "ɪnðə jˈiə") == [
        ("in", 0.0, 0.2),
        ("the", 0.2, 0.4),
        ("year", 0.5, 0.9),
    ]


def test_a_weak_form_is_still_its_word() -> None:
    assert [
        each[0] for each in found("it is a test", ["ˈɪt", "ˈɪz", "ˈeɪ", "tˈɛst"], "ɪɾ ɪz ɐ tˈɛst")
    ]
    times = found("it is a test", ["ˈɪt", "ˈɪz", "ˈeɪ", "tˈɛst"], "ɪɾ ɪz ɐ tˈɛst")
    assert times[2] == ("a", 0.6, 0.7)
    assert times[3] == ("test", 0.8, 1.3)


def test_a_number_is_one_word() -> None:
    assert found("42 now", ["fˈɔːti tˈuː", "nˈaʊ"], "fˈɔːti tˈuː nˈaʊ") == [
        ("42", 0.0, 1.1),
        ("now", 1.2, 1.6),
    ]


def test_no_times_rather_than_wrong_ones() -> None:
    assert found("something else", ["sˈʌmθɪŋ", "ˈɛls"], "kwˈaɪt ɐ dˈɪfɹənt tˈɜːn") == []
    assert word_times(["word"], ["wɜːd"], []) == ()


def test_a_respelled_term_of_several_words_stays_together() -> None:
    fields = {
        "pronounce": {"R Markdown": "are mark down", "API": "A P I"},
        "turns": [{"speaker": "A", "voice": "af_heart", "text": "An R Markdown API, now."}],
    }
    (item,) = parse_script(fields, "test").items
    assert isinstance(item, Turn)
    units = [("An", "An"), ("R Markdown", "are mark down"), ("API,", "A P I,"), ("now.", "now.")]
    assert list(item.units) == units


def sound(*stretches: tuple[float, bool]) -> Samples:
    parts = [
        np.full(round(length_s * SAMPLE_RATE_HZ), 0.1 if loud else 0.0, dtype=np.float32)
        for length_s, loud in stretches
    ]
    return np.concatenate(parts)


PAUSE = sound((0.2, False), (0.8, True), (0.4, False), (0.6, True), (0.3, False))
"""Heard from 0.2 to 1.0 and from 1.4 to 2.0."""


def test_a_pause_belongs_to_no_word() -> None:
    words = [Word("well,", 0.15, 1.3), Word("yes.", 1.45, 2.2)]
    fitted = fit_to_sound(words, PAUSE)
    assert [(w.start_s, w.end_s) for w in fitted] == [(0.2, 1.0), (1.4, 2.0)]


def test_words_inside_a_phrase_are_moved_by_the_lag() -> None:
    words = [Word("a", 0.25, 0.5), Word("b", 0.55, 1.1), Word("c", 1.45, 2.1)]
    first, second, _ = fit_to_sound(words, PAUSE)
    assert (first.start_s, first.end_s) == (0.2, pytest.approx(0.45))
    assert (second.start_s, second.end_s) == (pytest.approx(0.5), 1.0)


def test_a_closed_mouth_is_no_pause() -> None:
    """50 ms without sound are a plosive."""
    samples = sound((0.5, True), (0.05, False), (0.5, True))
    words = [Word("at", 0.0, 0.6), Word("times", 0.65, 1.1)]
    first, second = fit_to_sound(words, samples)
    assert (first.end_s, second.start_s) == (pytest.approx(0.55), pytest.approx(0.6))


def test_the_lag_is_measured_where_it_can_be_heard() -> None:
    words = (Word("well,", 0.25, 1.35), Word("yes.", 1.47, 2.2))
    assert list(late(Speech(PAUSE, words))) == [pytest.approx(0.07)]
