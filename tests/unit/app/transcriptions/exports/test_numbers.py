"""Numbers become digits, and nothing else changes: words, times and order of the rest stay."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Unprocessable
from app.transcriptions.exports.choosing import cleaned
from app.transcriptions.exports.numbers import LANGUAGES, with_digits
from app.transcriptions.exports.options import Options
from tests.support.transcripts import segment, word


def written(text: str, language: str = "en") -> str:
    return " ".join(each.text for each in with_digits([segment(text)], language))


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("We have twenty-five cows.", "We have 25 cows."),
        ("One thousand two hundred and three people.", "1203 people."),
        ("In the twenty-first century,", "In the 21st century,"),
        ("Zero point five percent.", "0.5 percent."),
        ("Seven eight nine.", "7 8 9."),
        ("Born in nineteen eighty-four, she left.", "Born in 1984, she left."),
        ("Nineteen, eighty-four.", "19, 84."),
        ("It was (twenty) thirty.", "It was (20) 30."),
        ("Twenty ten, then in twenty fifteen eighty came.", "2010, then in 2015 80 came."),
    ],
)
def test_numbers_are_written_as_digits_with_the_marks_around_them(said: str, left: str) -> None:
    assert written(said) == left


@pytest.mark.parametrize(
    "said",
    [
        "No one knows; one of them, the second, took two or three.",
        "It cost $5 and 25 cents in the 1980s, 3.5 percent.",
        "Uh-huh.",
        "",
    ],
)
def test_what_is_no_quantity_or_digits_already_stays(said: str) -> None:
    assert written(said) == said


@pytest.mark.parametrize(
    ("language", "said", "left"),
    [
        ("de", "Ich habe fünfundzwanzig Kühe.", "Ich habe 25 Kühe."),
        ("fr", "J'ai quatre-vingt-dix-sept ans.", "J'ai 97 ans."),
        ("es", "Tengo treinta y dos.", "Tengo 32."),
        ("it", "Ho venticinque anni.", "Ho 25 anni."),
        ("nl", "Ik ben vijfentwintig.", "Ik ben 25."),
        ("pt", "Tenho vinte e cinco.", "Tenho 25."),
    ],
)
def test_other_languages(language: str, said: str, left: str) -> None:
    assert written(said, language) == left


def test_one_number_is_one_word_with_the_times_of_all_its_words() -> None:
    parts = [
        word(" about", 0.0, 0.4, 0.9),
        word(" two", 0.5, 0.7, 0.9),
        word(" hundred", 0.7, 1.0, 0.4),
        word(" cows.", 1.1, 1.5, 0.9),
    ]
    [found] = with_digits([segment("about two hundred cows.", 0, 1.5, words=parts)], "en")
    assert found.text == "about 200 cows."
    assert [(w.word, w.start, w.end, w.probability) for w in found.words] == [
        (" about", 0.0, 0.4, 0.9),
        (" 200", 0.5, 1.0, 0.4),
        (" cows.", 1.1, 1.5, 0.9),
    ]


def test_a_number_that_the_recogniser_gave_in_parts() -> None:
    parts = [word(" Twenty", 0.0, 0.5), word("-five", 0.5, 0.9), word(" cows.", 1.0, 1.5)]
    [found] = with_digits([segment("Twenty-five cows.", 0, 1.5, words=parts)], "en")
    assert found.text == "25 cows."


def test_a_pause_keeps_two_numbers_apart() -> None:
    def said(begins: float) -> str:
        parts = [word(" Nineteen", 0.0, 0.5, 0.9), word(" eighty-four", begins, begins + 1, 0.9)]
        [found] = with_digits([segment("Nineteen eighty-four", 0, 9, words=parts)], "en")
        return found.text

    assert said(0.6) == "1984"
    assert said(2.0) == "19 84"


@given(st.text(max_size=60), st.sampled_from(sorted(LANGUAGES)))
def test_of_any_text_the_words_that_are_not_numbers_stay(text: str, language: str) -> None:
    left = written(text, language).split()
    rest = iter(text.split())
    for each in left:
        if not re.search(r"\d", each):
            assert each in rest, "a word came from nowhere, or in another order"


def test_a_language_whose_number_words_are_unknown_is_refused() -> None:
    asked = Options(numbers="digits")
    with pytest.raises(Unprocessable, match="number words of 'pl'"):
        cleaned([], asked, "pl")
    with pytest.raises(Unprocessable, match="language is unknown"):
        cleaned([], asked, None)
    with pytest.raises(KeyError):
        list(with_digits([], "pl"))


def test_both_may_be_asked_for() -> None:
    asked = Options(numbers="digits", fillers="remove")
    [found] = cleaned([segment("Um, twenty, uh, cows.")], asked, "en")
    assert found.text == "20 cows."
