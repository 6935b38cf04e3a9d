"""Dictation is the same however it is written, and what was misheard stays different."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.metrics.letters import letters_digits

ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
ONES_TO_19 = [*ONES.split(), *["fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def say(number: int, and_: bool) -> str:
    """A number in words, by the grammar book."""
    if number < 20:
        return ONES_TO_19[number]
    if number < 100:
        rest = number % 10
        return TENS[number // 10 - 2] + (f" {ONES_TO_19[rest]}" if rest else "")
    for scale, name in ((10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= scale:
            text, rest = f"{say(number // scale, and_)} {name}", number % scale
            link = " and " if and_ and rest < 100 else " "
            return text + (link + say(rest, and_) if rest else "")
    raise AssertionError


@given(st.integers(0, 10**9 - 1), st.booleans())
def test_a_spoken_number_is_its_digits(number: int, and_: bool) -> None:
    assert letters_digits(say(number, and_)) == str(number)
    assert letters_digits(f"{number:,}") == str(number)


@given(st.integers(0, 999), st.sampled_from([(10**3, "thousand"), (10**6, "million")]))
def test_digits_before_a_word_for_a_scale(number: int, scale: tuple[int, str]) -> None:
    value, name = scale
    assert letters_digits(f"{number} {name}") == (str(number * value) if number else f"0{name}")


code = st.lists(
    st.one_of(st.text("bcdfgjklmpqvwxz", min_size=1, max_size=6), st.integers(0, 999_999)),
    min_size=1,
    max_size=5,
)


@given(code, st.sampled_from(["", "-", " ", ", ", ". "]), st.booleans())
def test_spelled_codes_are_the_same_however_they_are_written(
    parts: list[str | int], between: str, upper: bool
) -> None:
    """Letters spelled one by one and numbers in words, against letters joined by any mark.

    Consonants only: joined letters could be a word of their own, "ten" or the "th" of 5th.
    """
    parts = [part for i, part in enumerate(parts) if not i or type(part) is not type(parts[i - 1])]
    spoken = " ".join(say(p, False) if isinstance(p, int) else " ".join(p) for p in parts)
    shown = " ".join(str(p) if isinstance(p, int) else between.join(p) for p in parts)
    wanted = "".join(str(part) for part in parts)
    assert letters_digits(spoken.upper()) == wanted
    assert letters_digits(shown.upper() if upper else shown) == wanted


@pytest.mark.parametrize(
    ("spoken", "shown"),
    [
        ("RUBOUT G M E F THREE NINE", "Rub out, G-M-E-F 39."),
        ("SEPTEMBER TWENTY FIRST NINETEEN SIXTY FIVE", "September 21st, 1965"),
        ("MARCH SEVENTH NINETEEN TWENTY EIGHT", "March 7, 1928"),
        ("JANUARY TWELFTH NINETEEN SIXTY SIX", "January 12, 1966."),
        ("ELEVEN TWENTY SEVEN FIFTY SEVEN", "11/27/57"),
        ("NINTH OF SEPTEMBER NINETEEN SIXTY FOUR", "9th of September 1964"),
        ("THE NINETEEN SIXTIES", "the 1960s"),
        ("FOUR ONE TWO TWO SIX EIGHT SEVEN OH THREE FIVE", "(412) 268-7035"),
        ("ONE NINE OH OH EIGHT", "1-9-0-0-8"),
        ("eight o seven", "807"),
        ("double oh seven", "007"),
        ("triple five", "555"),
        ("double you o o double t", "W-O-O-T-T"),
        ("triple double u dot", "www dot"),
        ("zed aitch", "Z H"),
        ("FIFTY EIGHT OH NINE AND A HALF", "5809½"),
        ("SIXTY FOUR AND A HALF", "64 1/2"),
        ("three point five", "3.5"),
        ("J FIFTY EIGHT THOUSAND NINE THIRTY NINE", "J 58,939"),
        ("forty nine hundred", "4900"),
        ("fifty five per cent", "55%"),
        ("R and D", "R&D"),
        ("five dollars", "$5"),
        ("five thousand dollars", "$5,000"),
        ("nine o'clock", "9 oclock"),
        ("O APOSTROPHE H A R A", "O'Hara"),
        ("E A S T EIGHTY FIFTH S T R E E T", "East 85th Street"),
        ("café", "Cafe"),
    ],
)
def test_only_the_way_of_writing_differs(spoken: str, shown: str) -> None:
    assert letters_digits(spoken) == letters_digits(shown)


@pytest.mark.parametrize(
    ("spoken", "heard"),
    [
        ("A B V J NINETY FOUR", "APVJ 94."),
        ("X N K U EIGHT", "x and ku8."),
        ("SIX EIGHT THREE", "6 A 3"),
        ("P H I N N E Y", "P-H-I-N-E-Y."),
        ("FOUR", "for"),
        ("TWO HUNDRED", "2,000"),
        ("FIVE ZERO", "5 O"),
    ],
)
def test_what_was_misheard_stays_different(spoken: str, heard: str) -> None:
    assert letters_digits(spoken) != letters_digits(heard)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("O L K F FIVE FORTY FIVE", "olkf545"),  # a letter before a digit
        ("V K Z O SIXTY TWO", "vkzo62"),
        ("C H Y D D OH", "chyddo"),
        ("oh, five", "05"),
        ("Oh, well.", "ohwell"),
        ("half past nine", "halfpast9"),
        ("and a half", "andahalf"),
        ("a hundred", "ahundred"),
        ("twenty one five", "215"),
        ("1.2.3", "123"),
        ("one thousand 7186", "10007186"),
        ("one hundred 05", "10005"),
        ("one hundred twenties", "10020s"),
        ("1965 thousand", "1965000"),
    ],
)
def test_where_it_could_be_read_in_two_ways(text: str, form: str) -> None:
    assert letters_digits(text) == form


@given(st.text())
def test_nothing_but_lower_case_letters_and_digits(text: str) -> None:
    assert re.fullmatch(r"[^\W_]*", letters_digits(text))
    assert letters_digits(text) == letters_digits(text).casefold()
